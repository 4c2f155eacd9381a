"""Asks for a sleeping box to be woken, once in a while per box. Who does it is told at start-up."""

import time
from collections.abc import Callable
from uuid import UUID

from projects.threads import in_thread
from sandboxes.models import Sandbox

_EVERY = 5.0
_MOST = 2000
_asked: dict[UUID, float] = {}
_callees: list[Callable[[Sandbox], None]] = []


def call(callee: Callable[[Sandbox], None]) -> None:
    _callees[:] = [callee]


async def wake(sandbox: Sandbox) -> None:
    now = time.monotonic()
    if now - _asked.get(sandbox.pk, -_EVERY) < _EVERY:
        return
    if len(_asked) >= _MOST:
        _asked.clear()
    _asked[sandbox.pk] = now
    for callee in _callees:
        await in_thread(callee, sandbox)
