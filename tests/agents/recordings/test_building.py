"""The recorded apps are sound: they type-check, build and answer, also after each follow-up."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agents.recordings import catalogue
from agents.recordings.recording import Recording
from tests.agents.recordings import builds

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

_TEMPLATES = Path(__file__).parents[3] / "sandboxes" / "backends" / "templates"
_ASK = """
import json, app
client = app.app.test_client()
borrowed = client.post("/tools/claw-hammer/borrow", data={"house": "7", "due": app.date.today().isoformat()})
again = client.post("/tools/claw-hammer/borrow", data={"house": "9", "due": app.date.today().isoformat()})
nonsense = client.post("/tools/spade/borrow", data={"house": "", "due": "soon"})
missing = client.get("/tools/anvil")
print(json.dumps([
    [client.get(path).status_code for path in ("/", "/add", "/tools/spade", "/static/style.css")],
    [borrowed.status_code, again.status_code, nonsense.status_code, missing.status_code],
    "With No. 7" in client.get("/tools/claw-hammer").text,
]))
"""


def _run(*argv: str | Path, cwd: Path) -> str:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _of(stack: str) -> list[Recording]:
    return [recording for recording in catalogue.all() if recording.stack == stack]


def _versions(recording: Recording) -> list[dict[str, str]]:
    """The tree as built, after each follow-up alone, and after all of them."""
    built = builds.tree(recording)
    final = built
    for followup in recording.followups:
        final = builds.changed(final, recording, followup)
    return [built, *(builds.changed(built, recording, followup) for followup in recording.followups), final]


def _write(tree: dict[str, str], folder: Path) -> None:
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("react")
    (folder / "package.json").write_text((_TEMPLATES / "react-vite" / "package.json").read_text())
    _run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", cwd=folder)
    return folder / "node_modules"


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("python")
    wanted = _TEMPLATES / "python" / "requirements.txt"
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "-r", wanted, cwd=folder)
    return folder


@pytest.mark.node
@pytest.mark.parametrize("recording", _of("react-vite"), ids=lambda recording: recording.name)
def test_a_react_app_type_checks_and_builds(recording: Recording, node_modules: Path, tmp_path: Path) -> None:
    for number, tree in enumerate(_versions(recording)):
        folder = tmp_path / str(number)
        _write(tree, folder)
        (folder / "node_modules").symlink_to(node_modules)
        _run("node", "node_modules/typescript/bin/tsc", "--noEmit", cwd=folder)
        _run("node", "node_modules/vite/bin/vite.js", "build", cwd=folder)
        assert (folder / "dist" / "index.html").is_file()


@pytest.mark.parametrize("recording", _of("python"), ids=lambda recording: recording.name)
def test_a_python_app_answers(recording: Recording, site_packages: Path, tmp_path: Path) -> None:
    for number, tree in enumerate(_versions(recording)):
        folder = tmp_path / str(number)
        _write(tree, folder)
        script = f"import sys; sys.path[:0] = [{str(site_packages)!r}, {str(folder)!r}]\n{_ASK}"
        answer = json.loads(_run(sys.executable, "-c", script, cwd=folder))
        assert answer == [[200, 200, 200, 200], [303, 409, 422, 404], True]
