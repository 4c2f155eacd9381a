"""A box that nobody uses stands still: it takes no processor, keeps its memory, and goes on within milliseconds.

The row says `paused` before the box stands still, and until it goes on. So whoever finds another state finds a box that
runs, but for the moment in which one who pauses and one who resumes meet, or the half minute after one of them was
killed in it; `keep_awake` is for whoever waits then.
"""

import contextlib
import logging
import time
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sandboxes.backends import base
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.runtime import states
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

_SECONDS = 20.0
_NOTE_EVERY = 20.0
_MOST = 2000
_noted: dict[UUID, float] = {}


def pause(sandbox: Sandbox, *, unless: Q | None = None) -> bool:
    """1. The row, unless it is not any more as `unless` asks, or somebody used the box since the row was read.
    2. The box.
    3. The row again: whoever resumed the box before we paused it must not find it standing still.

    Killed after 1, the reaper pauses the box or its next use finds it running. Killed after 2 with somebody between,
    the reaper resumes it.
    """
    unused = Q(touched_at=sandbox.touched_at, watched_at=sandbox.watched_at)
    if not states.move_quietly(sandbox, SandboxState.PAUSED, only=unused if unless is None else unless):
        return False
    stand_still(sandbox)
    return True


def stand_still(sandbox: Sandbox) -> None:
    """The second half of `pause`. A box that cannot stand still runs on: the reaper tries again."""
    handle = boxes.handle_of(sandbox)
    try:
        loop.call(_pause(handle), _SECONDS)
    except (SandboxLost, TimeoutError) as failed:
        log.info("Box %s does not stand still: %s", handle["id"], failed)
    if not Sandbox.objects.filter(pk=sandbox.pk, state=SandboxState.PAUSED, handle__id=handle["id"]).exists():
        with contextlib.suppress(SandboxLost, TimeoutError):
            let_go_on(handle)


def resume(sandbox: Sandbox) -> None:
    """1. The box; many may do so at once. 2. The row, by whoever comes first.
    3. The box again: one who paused the row before us may have paused the box after 1, and seen our row too early.

    Raises SandboxLost when the box is gone or does not go on.
    """
    handle = boxes.handle_of(sandbox)
    try:
        let_go_on(handle)
        while sandbox.state == SandboxState.PAUSED:
            states.move_quietly(sandbox, SandboxState.READY, touched_at=timezone.now())
        let_go_on(handle)
    except TimeoutError as silent:
        raise SandboxLost("The app's box does not wake up.") from silent


def use(sandbox: Sandbox) -> None:
    """For whoever is about to ask a box for something: one that is paused goes on, and none is paused before long.

    The row decides between this and `pause`: either it is touched first, and not paused; or found paused.
    """
    now = time.monotonic()
    if now - _noted.get(sandbox.pk, -_NOTE_EVERY) < _NOTE_EVERY:
        is_paused = Sandbox.objects.filter(pk=sandbox.pk, state=SandboxState.PAUSED).exists()
    else:
        if len(_noted) >= _MOST:
            _noted.clear()
        awake = Sandbox.objects.filter(pk=sandbox.pk).exclude(state=SandboxState.PAUSED)
        is_paused = not awake.update(touched_at=timezone.now())
        _noted[sandbox.pk] = now
    if is_paused:
        _resume_as_it_is(sandbox)


def use_often(sandbox: Sandbox) -> None:
    """As `use`, for what comes many times a second and is made good later: a box used just now is not paused."""
    if time.monotonic() - _noted.get(sandbox.pk, -_NOTE_EVERY) >= _NOTE_EVERY:
        use(sandbox)


def keep_awake(sandbox: Sandbox) -> None:
    """For whoever waits for a box longer than usual: it may have been paused under their hands."""
    handle = boxes.handle_of(sandbox)
    with contextlib.suppress(SandboxLost, TimeoutError):
        if loop.call(state_of(handle), _SECONDS) == "paused":
            _resume_as_it_is(sandbox)
            let_go_on(handle)


def _resume_as_it_is(sandbox: Sandbox) -> None:
    """By a row of its own: whoever asks goes on with what they know of theirs, but for what has changed."""
    fresh = Sandbox.objects.select_related("project", "branch").filter(pk=sandbox.pk).first()
    if fresh is None or fresh.state != SandboxState.PAUSED or fresh.handle.get("id") != sandbox.handle.get("id"):
        return
    resume(fresh)
    sandbox.state, sandbox.updated_at, sandbox.touched_at = fresh.state, fresh.updated_at, fresh.touched_at


def let_go_on(handle: base.Handle) -> None:
    loop.call(_resume(handle), _SECONDS)


async def state_of(handle: base.Handle) -> base.BoxState:
    with boxes.losses():
        return await boxes.of(handle).state(handle)


async def _pause(handle: base.Handle) -> None:
    with boxes.losses():
        await boxes.of(handle).pause(handle)


async def _resume(handle: base.Handle) -> None:
    """Of two at once the engine refuses one; it runs all the same."""
    try:
        with boxes.losses():
            await boxes.of(handle).resume(handle)
    except SandboxLost:
        if await state_of(handle) != "running":
            raise
