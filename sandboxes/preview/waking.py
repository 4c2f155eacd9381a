"""Asks for a sleeping box to be woken, once in a while per box. Who does it is told at start-up."""

import asyncio
import logging
import time
from collections.abc import Callable
from uuid import UUID

from projects.threads import in_thread
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox

log = logging.getLogger(__name__)

_EVERY = 5.0
_MOST = 2000
_asked: dict[UUID, float] = {}
_callees: list[Callable[[Sandbox], None]] = []
_resumers: list[Callable[[Sandbox], None]] = []
_resuming: dict[UUID, "asyncio.Task[bool]"] = {}


def call(callee: Callable[[Sandbox], None], *, resume: Callable[[Sandbox], None]) -> None:
    _callees[:] = [callee]
    _resumers[:] = [resume]


async def resume(sandbox: Sandbox) -> bool:
    """Let a paused box go on, at once and here: it takes less time than asking somebody. Many visitors ask once."""
    task = _resuming.get(sandbox.pk)
    if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
        task = _resuming[sandbox.pk] = asyncio.create_task(_resume(sandbox))
        task.add_done_callback(lambda _: _resuming.pop(sandbox.pk, None))
    return await asyncio.shield(task)


async def _resume(sandbox: Sandbox) -> bool:
    try:
        for resumer in _resumers:
            await in_thread(resumer, sandbox)
    except SandboxLost as lost:
        log.info("The box of %s did not go on: %s", sandbox.project_id, lost)
    return sandbox.state == SandboxState.READY


async def wake(sandbox: Sandbox) -> None:
    now = time.monotonic()
    if now - _asked.get(sandbox.pk, -_EVERY) < _EVERY:
        return
    if len(_asked) >= _MOST:
        _asked.clear()
    _asked[sandbox.pk] = now
    for callee in _callees:
        await in_thread(callee, sandbox)
