"""When a box is paused, and what keeps it from that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.enums import AuthorKind
from projects.services import changesets
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import commands, lifecycle, pausing, reaper, resting, turns
from sandboxes.services import commands as asking
from sandboxes.services import logs
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import fresh, shown, unused_for
from tests.sandboxes.runtime.test_asked import ask
from tests.sandboxes.runtime.test_lifecycle import state_of_box, told

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    """It runs, and was used a moment ago."""
    return shown(make_app(apps.FLASK))


def test_it_is_paused_after_two_minutes_and_put_away_after_fifteen(app: Sandbox) -> None:
    reaper.reap()
    assert state_of_box(app) == "running"
    unused_for(app, resting.IDLE)
    reaper.reap()
    assert (fresh(app).state, state_of_box(app), fresh(app).handle) == ("paused", "paused", app.handle)
    reaper.reap()
    assert (fresh(app).state, state_of_box(app)) == ("paused", "paused")
    Sandbox.objects.filter(pk=app.pk).update(touched_at=timezone.now() - reaper.IDLE - timedelta(seconds=1))
    reaper.reap()
    app.refresh_from_db()
    assert (app.state, app.handle, app.port) == (SandboxState.SLEEPING, {}, None)
    assert told(app)[-1] == "sleeping"


def test_its_last_words_can_be_read_while_it_stands_still(app: Sandbox) -> None:
    live = logs.read(app, asking.server(app))
    unused_for(app, resting.IDLE)
    reaper.reap()
    kept = logs.read(fresh(app), asking.server(app))
    assert kept.text.strip() == live.text.strip()
    assert state_of_box(app) == "paused"


def test_what_a_server_says_is_kept_for_whoever_reaches_no_box(app: Sandbox) -> None:
    server = asking.server(app)
    assert server is not None
    assert server.output == ""
    resting.keep_words(str(app.pk))
    server.refresh_from_db()
    assert "Running on" in server.output
    lifecycle.suspend(str(app.pk))
    resting.keep_words(str(app.pk))
    assert state_of_box(app) == "paused"


def test_an_open_page_keeps_it_from_being_paused_and_not_from_being_put_away(app: Sandbox) -> None:
    unused_for(app, resting.IDLE)
    Sandbox.objects.filter(pk=app.pk).update(watched_at=timezone.now())
    reaper.reap()
    assert state_of_box(app) == "running"
    unused_for(app, reaper.IDLE)
    reaper.reap()
    app.refresh_from_db()
    assert app.state == SandboxState.SLEEPING


def test_who_works_on_it_keeps_it_from_being_paused(app: Sandbox) -> None:
    reaped: list[reaper.Done] = []
    unused_for(app, resting.IDLE)
    command = ask(app, "true")
    reaper.reap()
    assert state_of_box(app) == "running"
    commands.finish(command, exit_code=0, tail="")
    changeset = changesets.open(branch=app.branch, author_kind=AuthorKind.AGENT)
    changesets.stage(changeset, "half.txt", b"half")
    lifecycle.show(app, changeset)
    reaper.reap()
    assert state_of_box(app) == "running"
    lifecycle.show(app, None)
    turns.take(app, lambda: reaped.append(reaper.reap()))
    assert reaped
    assert state_of_box(app) == "running"
    reaper.reap()
    assert state_of_box(app) == "paused"


def test_who_uses_it_just_before_is_not_paused(app: Sandbox) -> None:
    unused_for(app, resting.IDLE)
    read = fresh(app)
    pausing._noted.clear()
    pausing.use(fresh(app))
    assert not pausing.pause(read)
    assert state_of_box(app) == "running"


def test_suspending_pauses_what_runs_and_puts_away_what_failed(app: Sandbox) -> None:
    lifecycle.suspend(str(app.pk))
    lifecycle.suspend(str(app.pk))
    assert (fresh(app).state, state_of_box(app)) == (SandboxState.PAUSED, "paused")
    Sandbox.objects.filter(pk=app.pk).update(state=SandboxState.FAILED, error="It fell over")
    lifecycle.suspend(str(app.pk))
    app.refresh_from_db()
    assert (app.state, app.handle) == (SandboxState.SLEEPING, {})
