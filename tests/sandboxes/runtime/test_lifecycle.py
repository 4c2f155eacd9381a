"""A row and its box, in step."""

import json
import os
import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from projects import feed
from sandboxes.backends import docker
from sandboxes.enums import SandboxState
from sandboxes.errors import NoBackend, SandboxLost
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle, states
from sandboxes.wire import boxes, loop
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.box


def told(sandbox: Sandbox) -> list[str]:
    events = feed.since(sandbox.project_id, 0)
    return [event.payload["state"] for event in events if event.kind == "sandbox_changed"]


def state_of_box(sandbox: Sandbox) -> str:
    handle = boxes.handle_of(sandbox)
    return loop.call(boxes.of(handle).state(handle), 20)


def kill_box(sandbox: Sandbox) -> None:
    if sandbox.backend == "docker":
        backend = boxes.every()["docker"]
        assert isinstance(backend, docker.DockerBackend)
        name = backend._name(sandbox.handle["id"])
        loop.call(backend.engine.call(lambda client: client.kill(name)), 20)
        return
    state = Path(configured.DJINN_HOME) / "run" / f"{sandbox.handle['id']}.json"
    os.kill(json.loads(state.read_text())["pid"], signal.SIGKILL)
    wait_for(lambda: state_of_box(sandbox) not in {"running", "paused"}, seconds=10, what="the box to be gone")


def test_a_box_is_made_once_and_told(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    assert (sandbox.state, sandbox.backend, sandbox.handle["stack"]) == ("ready", "process", "python")
    assert sandbox.handle["isolation"] == "namespace"
    assert state_of_box(sandbox) == "running"
    again = lifecycle.ensure(Sandbox.objects.get(pk=sandbox.pk))
    assert again.handle == sandbox.handle
    assert told(sandbox) == ["creating", "ready"]


def test_a_static_app_is_ready_without_a_box(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.STATIC))
    assert (sandbox.state, sandbox.handle) == ("ready", {})
    assert told(lifecycle.ensure(sandbox)) == ["ready"]


def test_a_killed_box_comes_back(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    before = sandbox.handle["id"]
    Sandbox.objects.filter(pk=sandbox.pk).update(port=5000, tree_hash="x")
    kill_box(sandbox)
    lifecycle.ensure(sandbox)
    assert sandbox.handle["id"] != before
    assert (sandbox.port, sandbox.tree_hash, state_of_box(sandbox)) == (None, "", "running")


def test_an_app_of_another_kind_gets_another_box(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app({}, template="python"))
    old = boxes.handle_of(sandbox)
    sandbox.project.template = "static"
    sandbox.project.save()
    fresh = Sandbox.objects.select_related("project").get(pk=sandbox.pk)
    assert lifecycle.ensure(fresh).handle == {}
    assert loop.call(boxes.of(old).state(old), 20) == "gone"


def test_many_at_once_make_one_box(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    found: list[str] = []

    def want() -> None:
        try:
            mine = Sandbox.objects.select_related("project", "branch").get(pk=sandbox.pk)
            found.append(lifecycle.ensure(mine).handle["id"])
        finally:
            connection.close()

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_worker_that_died_while_making_one_is_followed_by_another(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    long_ago = timezone.now() - timedelta(seconds=21)
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.CREATING, updated_at=long_ago)
    assert lifecycle.ensure(sandbox).state == SandboxState.READY


def test_a_worker_too_slow_to_be_waited_for_ends_the_box_it_made(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = make_app(apps.FLASK)
    made: list[str] = []
    really = states.move

    def overtaken(moved: Sandbox, to: SandboxState, **fields: Any) -> bool:
        if to == SandboxState.READY and not made:
            made.append(fields["handle"]["id"])
            Sandbox.objects.filter(pk=moved.pk).update(updated_at=timezone.now() - timedelta(seconds=21))
        return really(moved, to, **fields)

    monkeypatch.setattr(states, "move", overtaken)
    assert lifecycle.ensure(sandbox).handle["id"] != made[0]
    assert loop.call(boxes.every()["process"].state({"backend": "process", "id": made[0]}), 20) == "gone"
    assert state_of_box(sandbox) == "running"


def test_destroying_ends_the_box_and_may_be_done_again(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    handle = boxes.handle_of(sandbox)
    lifecycle.destroy(sandbox)
    lifecycle.destroy(sandbox)
    assert (sandbox.state, sandbox.handle, sandbox.port) == ("absent", {}, None)
    assert loop.call(boxes.of(handle).state(handle), 20) == "gone"
    assert told(sandbox) == ["creating", "ready", "absent"]


def test_stopping_says_stopped(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    lifecycle.stop(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.handle) == ("stopped", {})


def test_removing_takes_the_box_and_the_row(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    handle = boxes.handle_of(sandbox)
    lifecycle.remove(str(sandbox.pk))
    assert not Sandbox.objects.filter(pk=sandbox.pk).exists()
    assert loop.call(boxes.of(handle).state(handle), 20) == "gone"


def test_without_a_back_end_it_says_so(make_app: MakeApp, settings: Settings) -> None:
    sandbox = make_app(apps.FLASK)
    settings.SANDBOX_BACKEND = "none"
    with pytest.raises(NoBackend, match="cannot run a box"):
        lifecycle.ensure(sandbox)
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.FAILED
    assert "cannot run a box" in sandbox.error
    settings.SANDBOX_BACKEND = "auto"
    assert lifecycle.ensure(sandbox).state == SandboxState.READY
    assert sandbox.error == ""


def test_a_move_from_a_state_that_has_passed_changes_and_tells_nothing(make_app: MakeApp) -> None:
    sandbox = make_app(apps.STATIC)
    stale = Sandbox.objects.select_related("project").get(pk=sandbox.pk)
    assert states.move(sandbox, SandboxState.READY)
    assert not states.move(stale, SandboxState.STOPPED)
    assert stale.state == SandboxState.READY
    assert told(sandbox) == ["ready"]


def test_one_that_is_removed_under_a_worker_is_lost(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    lifecycle.remove(str(sandbox.pk))
    with pytest.raises(SandboxLost, match="was removed"):
        lifecycle.ensure(sandbox)
    with pytest.raises(SandboxLost, match="was removed"):
        states.move(sandbox, SandboxState.READY)
