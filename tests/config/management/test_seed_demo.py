"""`manage.py seed_demo`: a filled installation, however often one asks."""

import shutil
from pathlib import Path

from agents.recordings import catalogue
from tests.installation import installed


def _record(home: Path) -> None:
    """An operator's own recording of plain pages, with no change to follow it."""
    [plain] = [one for one in catalogue.built_in() if one.stack == "static"]
    own = home / "recordings" / "mine"
    shutil.copytree(plain.folder, own)
    index = own / catalogue.FILE
    index.write_text(index.read_text().partition("[[followup]]")[0])


def test_every_recording_that_can_run_here_is_built_and_changed_once(tmp_path: Path):
    """Without boxes only plain pages can run; the server that it needed stays up."""
    _record(tmp_path / "home")
    with installed(tmp_path / "home", DJINN_DEMO_PACE="0", SANDBOX_BACKEND="none") as one:
        first = one.manage("seed_demo")
        assert first.returncode == 0, first.stdout + first.stderr
        assert "No server is running; starting one." in first.stdout
        told = [line for line in first.stdout.splitlines() if line.endswith("(completed)")]
        assert len(told) == 3
        again = one.manage("seed_demo")
        assert again.returncode == 0, again.stdout + again.stderr
        assert again.stdout.splitlines() == told
        assert one.job_states() == ["completed"] * 3
        assert len(one.tree_hashes()) == 3
        late = one.manage("seed_demo", "--timeout", "1")
        assert late.returncode == 0, "there is nothing to wait for"
