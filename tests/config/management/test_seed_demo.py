"""`manage.py seed_demo`: a filled installation, however often one asks."""

from pathlib import Path

from tests.installation import installed


def test_every_recording_that_can_run_here_is_built_and_changed_once(tmp_path: Path):
    """Without boxes only plain pages can run; the server that it needed stays up."""
    with installed(tmp_path / "home", DJINN_DEMO_PACE="0", SANDBOX_BACKEND="none") as one:
        first = one.manage("seed_demo")
        assert first.returncode == 0, first.stdout + first.stderr
        assert "No server is running; starting one." in first.stdout
        told = [line for line in first.stdout.splitlines() if line.endswith("(completed)")]
        assert len(told) == 2
        again = one.manage("seed_demo")
        assert again.returncode == 0, again.stdout + again.stderr
        assert again.stdout.splitlines() == told
        assert one.job_states() == ["completed"] * 2
        assert len(one.tree_hashes()) == 2
        late = one.manage("seed_demo", "--timeout", "-1")
        assert late.returncode == 0, "there is nothing to wait for"
