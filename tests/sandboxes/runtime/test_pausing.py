"""A box that stands still and goes on, on bubblewrap. On a Docker engine: test_pausing_in_a_container.py."""

import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from projects.services import files
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import asked, commands, lifecycle, pausing, reaper, resting, serve, sync, waking
from sandboxes.runtime import boxes as in_box
from sandboxes.runtime.commands import Listener
from sandboxes.wire import boxes, loop
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import die, fresh, in_another_process, paused, shown, woken_by_many
from tests.sandboxes.runtime.test_asked import ask
from tests.sandboxes.runtime.test_lifecycle import kill_box, state_of_box, told

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    """It runs, and was used a moment ago."""
    return shown(make_app(apps.FLASK))


# --- standing still, and going on ----------------------------------------------------------------


def test_a_paused_box_keeps_everything_and_tells_nobody(app: Sandbox) -> None:
    before = told(app)
    resting_one = paused(app)
    assert (resting_one.handle, resting_one.port, resting_one.tree_hash) == (app.handle, 5000, app.tree_hash)
    pausing.resume(resting_one)
    assert (resting_one.state, state_of_box(app)) == (SandboxState.READY, "running")
    assert told(app) == before
    assert in_box.ask(fresh(app), lambda wire: wire.status("serve")).running


def test_every_way_to_a_box_wakes_it(app: Sandbox) -> None:
    """Whoever has read the row before it was paused, too: nobody looks at the row they hold."""
    ways: dict[str, Callable[[Sandbox], object]] = {
        "ensure": lifecycle.ensure,
        "ask": lambda sandbox: in_box.ask(sandbox, lambda wire: wire.tree(), timeout=5),
        "command": lambda sandbox: commands.run(
            sandbox, ["true"], kind=CommandKind.CHECK, title="Look", listener=Listener(), timeout=5
        ),
        "asked for": lambda sandbox: asked.carry_out(str(ask(sandbox, "true", seconds=5).pk)),
        "sync": lambda sandbox: sync.sync(sandbox, manifest_of(sandbox)),
        "refresh": lambda sandbox: sync.refresh(str(sandbox.pk)),
        "push": lambda sandbox: sync.push(sandbox, "a.txt", b"a"),
        "log": serve.log_tail,
        "visit": lambda sandbox: waking.wake(str(sandbox.pk)),
    }
    for name, use in ways.items():
        held = fresh(app)
        paused(app)
        began = time.monotonic()
        use(held)
        assert time.monotonic() - began < 5, name
        assert (state_of_box(app), fresh(app).state) == ("running", SandboxState.READY), name
        assert fresh(app).handle["id"] == app.handle["id"], name


def test_what_was_changed_meanwhile_is_there_when_it_goes_on(app: Sandbox) -> None:
    paused(app)
    files.save(app.branch, "notes.txt", b"new", by=app.project.owner)
    sync.refresh(str(app.pk))
    assert fresh(app).tree_hash == files.tree_hash(files.manifest(app.branch))
    assert state_of_box(app) == "running"


def test_who_waits_when_it_is_paused_is_not_left_waiting(app: Sandbox) -> None:
    """Somebody asks, and the box is paused under their hands."""
    answers: list[int] = []

    def wait() -> None:
        try:
            command = commands.run(
                fresh(app), ["sh", "-c", "sleep 2; echo done"], kind=CommandKind.CHECK, title="Wait",
                listener=Listener(), timeout=20,
            )  # fmt: skip
            answers.append(command.exit_code or 0)
        finally:
            connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_for(
        lambda: Command.objects.filter(title="Wait", state="running").exists(), seconds=10, what="the command to begin"
    )
    lifecycle.suspend(str(app.pk))
    waiting.join(20)
    assert answers == [0]
    assert fresh(app).state == SandboxState.READY


def test_two_wakers_at_once_wake_one_box(app: Sandbox) -> None:
    paused(app)
    assert woken_by_many(app) == [f"ready {app.handle['id']}"] * 4
    assert state_of_box(app) == "running"


def test_who_pauses_and_who_wakes_at_once_leave_it_running_or_paused_as_the_row_says(app: Sandbox) -> None:
    for _ in range(10):
        gate = threading.Barrier(2)

        def pause(gate: threading.Barrier = gate) -> None:
            try:
                mine = fresh(app)
                gate.wait(10)
                pausing.pause(mine, unless=Q())
            finally:
                connection.close()

        def wake(gate: threading.Barrier = gate) -> None:
            try:
                gate.wait(10)
                pausing.use(fresh(app))
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for work in (pause, wake)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        expected = "paused" if fresh(app).state == SandboxState.PAUSED else "running"
        assert state_of_box(app) == expected
        pausing.use(fresh(app))
        assert (state_of_box(app), fresh(app).state) == ("running", SandboxState.READY)


def test_a_box_killed_while_it_stands_still_comes_back_as_another(app: Sandbox) -> None:
    one = paused(app)
    kill_box(app)
    with pytest.raises(SandboxLost):
        pausing.resume(one)
    assert lifecycle.ensure(fresh(app)).handle["id"] != app.handle["id"]
    assert told(app)[-2:] == ["waking", "ready"]


def test_a_command_in_a_box_killed_while_it_stood_still_is_settled(app: Sandbox) -> None:
    one = paused(app)
    kill_box(app)
    with pytest.raises(SandboxLost):
        commands.run(one, ["true"], kind=CommandKind.CHECK, title="Look", listener=Listener(), timeout=5)
    assert Command.objects.get(title="Look").state == CommandState.FINISHED


def test_the_reaper_notices_a_box_killed_while_it_stood_still(app: Sandbox) -> None:
    paused(app)
    kill_box(app)
    reaper.reap()
    app.refresh_from_db()
    assert (app.state, app.handle) == (SandboxState.SLEEPING, {})


# --- killed between row and box ------------------------------------------------------------------


def test_killed_before_the_box_stands_still_it_is_used_as_if_nothing_were(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(boxes.every()["process"], "pause", die)
        assert in_another_process(lambda: pausing.pause(fresh(app), unless=Q())) == -signal.SIGKILL
    assert (fresh(app).state, state_of_box(app)) == (SandboxState.PAUSED, "running")
    pausing._noted.clear()
    assert in_box.ask(fresh(app), lambda wire: wire.status("serve"), timeout=5).running
    assert fresh(app).state == SandboxState.READY


def test_killed_before_the_box_stands_still_the_reaper_finishes_it(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(boxes.every()["process"], "pause", die)
        in_another_process(lambda: pausing.pause(fresh(app), unless=Q()))
    reaper.reap()
    assert state_of_box(app) == "running", "what was moved just now is somebody else's"
    monkeypatch.setattr(resting, "_GRACE", timedelta(0))
    reaper.reap()
    assert (fresh(app).state, state_of_box(app)) == (SandboxState.PAUSED, "paused")


def test_killed_after_the_box_went_on_it_is_used_as_if_nothing_were(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(app)
    with monkeypatch.context() as patched:
        patched.setattr("sandboxes.runtime.states.move_quietly", die)
        assert in_another_process(lambda: pausing.resume(fresh(app))) == -signal.SIGKILL
    assert (fresh(app).state, state_of_box(app)) == (SandboxState.PAUSED, "running")
    lifecycle.ensure(fresh(app))
    assert (fresh(app).state, fresh(app).handle["id"]) == (SandboxState.READY, app.handle["id"])


def test_a_row_that_says_ready_of_a_box_that_stands_still_is_mended_by_whoever_waits_and_by_the_reaper(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = boxes.handle_of(app)
    loop.call(boxes.of(handle).pause(handle), 10)
    began = time.monotonic()
    in_box.ask(fresh(app), lambda wire: wire.tree(), timeout=10)
    assert time.monotonic() - began < 5
    loop.call(boxes.of(handle).pause(handle), 10)
    assert lifecycle.ensure(fresh(app)).handle["id"] == app.handle["id"]
    loop.call(boxes.of(handle).pause(handle), 10)
    monkeypatch.setattr(resting, "_GRACE", timedelta(0))
    reaper.reap()
    assert state_of_box(app) == "running"
