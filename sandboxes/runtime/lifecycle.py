"""Brings a sandbox's row and its box into step: there and ready, or gone."""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from projects.models import ChangeSet
from sandboxes.backends import base
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Sandbox
from sandboxes.runtime import commands, pausing, serve, states
from sandboxes.runtime import stacks as templates
from sandboxes.runtime.boxes import stack_of
from sandboxes.stacks import Stack
from sandboxes.wire import boxes, connections, loop

log = logging.getLogger(__name__)

_BUSY = frozenset({SandboxState.CREATING, SandboxState.WAKING, SandboxState.STOPPING})
# Making a box takes a second or two: who is silent for this long has died over it.
_STALE = timedelta(seconds=20)
_PATIENCE = 60.0
_MAKING = 90.0
_LOOK = 0.1
_NO_BOX: dict[str, Any] = {"handle": {}, "port": None, "tree_hash": ""}


def ensure(
    sandbox: Sandbox,
    *,
    on_line: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Sandbox:
    """Give back a sandbox that is ready: with a box that answers, or static and without one.

    Several workers may ask at once: the one that moves the row makes the box, the others wait.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        if should_stop and should_stop():
            raise Stopped("Making the app's box was stopped.")
        states.read_again(sandbox)
        if sandbox.state in _BUSY and timezone.now() - sandbox.updated_at < _STALE:
            if time.monotonic() > deadline:
                raise SandboxLost("The app's box is being changed by somebody who does not finish.")
            time.sleep(_LOOK)
            continue
        stack = stack_of(sandbox)
        if not stack.needs_box:
            if _be_static(sandbox):
                return sandbox
        elif _is_well(sandbox, stack):
            is_ready = sandbox.state == SandboxState.READY or states.move(sandbox, SandboxState.READY)
            if is_ready and _touch(sandbox):
                return sandbox
        elif _make(sandbox, stack, on_line, should_stop):
            return sandbox


def show(sandbox: Sandbox, changeset: ChangeSet | None) -> None:
    """Say which open change set it shows over the branch's head."""
    Sandbox.objects.filter(pk=sandbox.pk).update(changeset=changeset)
    sandbox.changeset = changeset


def destroy(sandbox: Sandbox) -> None:
    """The box ends and the row forgets it. Its files are the project's anyway."""
    states.read_again(sandbox)
    put_away(sandbox, SandboxState.ABSENT)


def stop(sandbox_id: str) -> None:
    if (sandbox := _found(sandbox_id)) is not None:
        put_away(sandbox, SandboxState.STOPPED)


def suspend(sandbox_id: str) -> None:
    """Whoever looks next wakes it. What does not run is put away: nothing of it is worth keeping warm."""
    sandbox = _found(sandbox_id)
    if sandbox is None or not sandbox.handle or sandbox.state == SandboxState.PAUSED:
        return
    if sandbox.state != SandboxState.READY:
        put_away(sandbox, SandboxState.SLEEPING)
    else:
        serve.keep_words(sandbox)
        pausing.pause(sandbox, unless=Q())


def remove(sandbox_id: str) -> None:
    """With all that is known of it. The branch gets another when somebody looks, at another address."""
    if (sandbox := _found(sandbox_id)) is not None:
        put_away(sandbox, SandboxState.ABSENT)
        sandbox.delete()  # a box that is made this very moment is nobody's then, and the reaper's


def _found(sandbox_id: str) -> Sandbox | None:
    return Sandbox.objects.select_related("project", "branch").filter(pk=sandbox_id).first()


def put_away(sandbox: Sandbox, to: SandboxState, *, error: str = "") -> bool:
    """First the row, then the box: were we killed in between, the reaper finds a box without a row."""
    handle = dict(sandbox.handle)
    if not handle and sandbox.state == to:
        return True
    if not states.move(sandbox, to, error=error, **_NO_BOX):
        return False
    commands.end_all(sandbox)
    if handle:
        _let_go(handle)
    return True


def _let_go(handle: dict[str, Any]) -> None:
    """No row knows it any more, so what cannot be ended now is ended by the reaper."""
    try:
        end_box({"backend": handle["backend"], "id": handle["id"]})
    except (SandboxLost, TimeoutError) as later:
        log.warning("Box %s could not be ended now: %s", handle["id"], later)


def end_box(handle: base.Handle) -> None:
    loop.call(_end_box(handle), 60)


async def _end_box(handle: base.Handle) -> None:
    await connections.drop(handle["id"])
    with boxes.losses():
        await boxes.of(handle).destroy(handle)


def _be_static(sandbox: Sandbox) -> bool:
    if sandbox.handle:
        return put_away(sandbox, SandboxState.READY)
    return sandbox.state == SandboxState.READY or states.move(sandbox, SandboxState.READY)


def _is_well(sandbox: Sandbox, stack: Stack) -> bool:
    """Whether the box is there, of the right kind, and answers; one that was paused goes on."""
    if sandbox.handle.get("stack") != stack.name:
        return False
    try:
        if sandbox.state == SandboxState.PAUSED:
            pausing.resume(sandbox)
        return loop.call(_answers(sandbox), 20)
    except (SandboxLost, TimeoutError):
        return False


async def _answers(sandbox: Sandbox) -> bool:
    handle = boxes.handle_of(sandbox)
    with boxes.losses():
        state = await boxes.of(handle).state(handle)
        if state == "paused":  # by somebody who was killed over it
            await boxes.of(handle).resume(handle)
        elif state != "running":
            return False
    wire = await boxes.wire_to(sandbox)
    with boxes.losses():
        await wire.write([])
    return True


def _touch(sandbox: Sandbox) -> bool:
    """Whoever asks is about to use it. False when it was paused a moment ago."""
    sandbox.touched_at = timezone.now()
    awake = Sandbox.objects.filter(pk=sandbox.pk).exclude(state=SandboxState.PAUSED)
    return bool(awake.update(touched_at=sandbox.touched_at))


def _make(
    sandbox: Sandbox,
    stack: Stack,
    on_line: Callable[[str], None] | None,
    should_stop: Callable[[], bool] | None,
) -> bool:
    """Make a box; False when somebody else moved the row first."""
    try:
        templates.prepare(stack, on_line, should_stop)
    except SandboxLost as failed:
        states.move(sandbox, SandboxState.FAILED, error=str(failed))
        raise
    old = dict(sandbox.handle)
    slept = sandbox.state in {SandboxState.SLEEPING, SandboxState.PAUSED}
    waking = SandboxState.WAKING if slept else SandboxState.CREATING
    if not states.move(sandbox, waking, **_NO_BOX):
        return False
    commands.end_all(sandbox)
    try:
        if old:
            _let_go(old)
        handle = loop.call(_create(sandbox, stack), _MAKING)
    except (SandboxLost, TimeoutError, OSError) as failed:
        states.move(sandbox, SandboxState.FAILED, error=str(failed) or "The box did not start in time.")
        raise SandboxLost(f"The app's box could not be made: {failed}") from failed
    known = {"handle": handle, "backend": handle["backend"], "touched_at": timezone.now()}
    is_ours = states.move(sandbox, SandboxState.READY, **known)
    if not is_ours:  # we were so slow that somebody else made one
        _let_go(handle)
    return is_ours


async def _hear(backend: base.SandboxBackend, handle: base.Handle) -> None:
    try:
        await connections.get(handle["id"], backend, handle)
    except BaseException:
        await backend.destroy(handle)
        raise


async def _create(sandbox: Sandbox, stack: Stack) -> dict[str, Any]:
    """Made, and heard of: a box that does not answer has not started."""
    backend, info = await boxes.chosen()
    labels = {"sandbox": str(sandbox.pk), "project": str(sandbox.project_id)}
    limits = boxes.limits()
    spec = base.Spec(id=uuid.uuid4().hex, template=stack.template, limits=limits, env=dict(stack.env), labels=labels)
    try:
        with boxes.losses():
            handle = await backend.create(spec)
            await _hear(backend, handle)
    except SandboxLost:
        boxes.forget()
        raise
    return {**handle, "stack": stack.name, "isolation": info.isolation}
