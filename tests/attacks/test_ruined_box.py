"""Apps that ruin their own box: the next box starts from the project's files alone."""

import pytest

from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, lifecycle, sync
from sandboxes.wire import ExecResult
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.box

RUIN = {
    "a link for a folder": "ln -s /tmp templates",
    "a folder for a file": "mkdir -p app.py/x",
    "a folder nobody may open": "mkdir templates && chmod 0 templates",
    "more files than can be listed": "mkdir many && cd many && seq 6000 | xargs touch",
    "folders without end": """python3 -c "import os
for _ in range(2000): os.mkdir('d'); os.chdir('d')" """,
}


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    """A box that is still empty."""
    return lifecycle.ensure(make_app(apps.FLASK))


def _in(sandbox: Sandbox, line: str) -> ExecResult:
    return boxes.ask(sandbox, lambda wire: wire.exec(["sh", "-c", line], timeout=30), timeout=40)


@pytest.mark.parametrize("line", RUIN.values(), ids=RUIN)
def test_a_ruined_box_is_put_away_and_the_next_one_works(shelf: Sandbox, line: str) -> None:
    assert _in(shelf, line).exit_code == 0
    with pytest.raises(SandboxLost):
        sync.sync(shelf, manifest_of(shelf))
    shelf.refresh_from_db()
    assert (shelf.state, shelf.handle) == (SandboxState.SLEEPING, {})
    lifecycle.ensure(shelf)
    sync.sync(shelf, manifest_of(shelf))
    assert _in(shelf, "cat templates/index.html").output == apps.FLASK["templates/index.html"]


HARMLESS = {
    "a file for a folder": "echo x > templates",
    "a file of holes": "truncate -s 200G big",
    "a pipe, a socket and links": "mkfifo app.py; ln -s /etc/passwd link; ln -s . round",
    "names that are no text": """python3 -c "open(b'bad\\xff', 'w'); open(b'\\x1b[2J', 'w')" """,
    "files nobody may read": "echo x > secret && chmod 0 secret",
}


@pytest.mark.parametrize("line", HARMLESS.values(), ids=HARMLESS)
def test_what_is_odd_is_no_hindrance(shelf: Sandbox, line: str) -> None:
    assert _in(shelf, line).exit_code == 0
    sync.sync(shelf, manifest_of(shelf))
    assert _in(shelf, "cat app.py").output == apps.FLASK["app.py"]
    assert "big" not in _in(shelf, "ls").output
