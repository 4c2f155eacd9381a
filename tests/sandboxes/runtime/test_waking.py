"""From nothing to a page, in a real box."""

import threading
import uuid

import pytest

from projects import feed
from projects.services import projects
from sandboxes.enums import CommandState, SandboxState
from sandboxes.runtime import waking
from sandboxes.services import commands
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.test_lifecycle import kill_box
from tests.sandboxes.runtime.test_turns import held

pytestmark = pytest.mark.box


@pytest.mark.parametrize(("files", "port"), [(apps.REACT, 5173), (apps.FLASK, 5000), (apps.STATIC, None)])
def test_it_brings_an_app_up(make_app: MakeApp, files: dict[str, str], port: int | None) -> None:
    sandbox = make_app(files)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.error, sandbox.port) == (SandboxState.READY, "", port)


def test_it_brings_a_dead_one_back(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    kill_box(sandbox)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.port) == (SandboxState.READY, 5000)


def test_an_app_that_does_not_start_says_why(make_app: MakeApp) -> None:
    sandbox = make_app({**apps.FLASK, "app.py": "import nothing_here\n"})
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.FAILED
    assert "No module named 'nothing_here'" in sandbox.error
    assert feed.since(sandbox.project_id, 0)[-1].payload["state"] == "failed"


def test_it_can_be_asked_twice(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    before = sandbox.handle["id"]
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.handle["id"] == before


def test_a_restart_gives_the_app_another_server_in_the_same_box(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    first = commands.server(sandbox)
    waking.restart(str(sandbox.pk))
    second = commands.server(sandbox)
    sandbox.refresh_from_db()
    assert first is not None
    assert first != second
    assert (sandbox.state, sandbox.port) == (SandboxState.READY, 5000)
    first.refresh_from_db()
    assert first.state == CommandState.FINISHED


def test_a_restart_waits_for_whoever_is_at_it(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    first, ended = commands.server(sandbox), threading.Event()
    other = held(sandbox, ended)
    threading.Timer(0.5, ended.set).start()
    waking.restart(str(sandbox.pk))
    other.join(30)
    assert commands.server(sandbox) != first


def test_what_is_gone_or_put_away_is_left_alone(make_app: MakeApp) -> None:
    waking.wake(str(uuid.uuid4()))
    sandbox = make_app(apps.FLASK)
    projects.archive(sandbox.project, by=sandbox.project.owner)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.ABSENT
