"""A visitor met a failure of the app: have what its server says of it listened to, once in a while per box."""

import time
from collections.abc import Callable
from uuid import UUID

from projects.threads import in_thread
from sandboxes.models import Sandbox

_EVERY = 2.0
_MOST = 2000
_noted: dict[UUID, float] = {}
_callees: list[Callable[[Sandbox], None]] = []


def call(callee: Callable[[Sandbox], None]) -> None:
    _callees[:] = [callee]


async def note(sandbox: Sandbox) -> None:
    now = time.monotonic()
    if now - _noted.get(sandbox.pk, -_EVERY) < _EVERY:
        return
    if len(_noted) >= _MOST:
        _noted.clear()
    _noted[sandbox.pk] = now
    for callee in _callees:
        await in_thread(callee, sandbox)
