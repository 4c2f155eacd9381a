"""What test_pausing.py tells of bubblewrap, of an engine's boxes."""

import signal
import time

import pytest
from django.db.models import Q
from django.utils import timezone

from sandboxes.backends import docker
from sandboxes.enums import SandboxState
from sandboxes.models import Sample, Sandbox
from sandboxes.runtime import boxes as in_box
from sandboxes.runtime import lifecycle, measuring, pausing, reaper, resting
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, visitor
from tests.sandboxes.runtime.standing import die, fresh, in_another_process, paused, shown, unused_for, woken_by_many
from tests.sandboxes.runtime.test_lifecycle import kill_box, state_of_box

__all__ = ["visitor"]

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("transactional_db", "on_engine")]


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    return shown(make_app(apps.FLASK))


def test_a_visit_wakes_it_and_is_answered_by_the_app(visitor: Visitor, app: Sandbox) -> None:
    assert visitor.get(app).status_code == 200
    paused(app)
    began = time.monotonic()
    page = visitor.get(app)
    assert (page.status_code, "A shelf of books" in page.text) == (200, True)
    assert time.monotonic() - began < 2
    assert (state_of_box(app), fresh(app).state) == ("running", SandboxState.READY)


def test_it_is_paused_when_nobody_uses_it_and_put_away_paused(app: Sandbox) -> None:
    unused_for(app, resting.IDLE)
    reaper.reap()
    assert (fresh(app).state, state_of_box(app)) == ("paused", "paused")
    unused_for(app, reaper.IDLE)
    reaper.reap()
    app.refresh_from_db()
    assert (app.state, app.handle) == (SandboxState.SLEEPING, {})


def test_who_asks_wakes_it(app: Sandbox) -> None:
    held = fresh(app)
    paused(app)
    assert in_box.ask(held, lambda wire: wire.status("serve"), timeout=5).running
    assert lifecycle.ensure(held).handle["id"] == app.handle["id"]


def test_two_wakers_at_once_wake_one_box(app: Sandbox) -> None:
    paused(app)
    assert woken_by_many(app) == [f"ready {app.handle['id']}"] * 4
    assert state_of_box(app) == "running"


def test_killed_between_row_and_box_it_is_used_as_if_nothing_were(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(docker.DockerBackend, "pause", die)
        assert in_another_process(lambda: pausing.pause(fresh(app), unless=Q())) == -signal.SIGKILL
    assert (fresh(app).state, state_of_box(app)) == (SandboxState.PAUSED, "running")
    assert lifecycle.ensure(fresh(app)).handle["id"] == app.handle["id"]


def test_a_box_killed_while_it_stands_still_comes_back_as_another(app: Sandbox) -> None:
    paused(app)
    kill_box(app)
    reaper.reap()
    app.refresh_from_db()
    assert (app.state, app.handle) == (SandboxState.SLEEPING, {})
    before = app.handle
    assert lifecycle.ensure(app).handle != before
    assert state_of_box(app) == "running"


def test_it_is_measured_by_the_engine(app: Sandbox) -> None:
    assert measuring.measure(timezone.now()) == 1
    assert Sample.objects.get().memory_bytes > 1 << 20
