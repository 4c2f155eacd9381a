"""What stays open is asked again whether it may: a socket or a stream ends soon after the right to see it.

One question serves all connections of a guest to a preview. Short ones end before it is asked.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from django.db import DatabaseError

from sandboxes.preview import targets
from sandboxes.preview.passes import Guest

EVERY = 10.0
ENDED = 4403
"""The code a visitor's socket is closed with."""
_SHARED = 5.0
_MOST = 2000
_answers: dict[tuple[UUID, Guest], tuple[float, bool]] = {}


class Ended(Exception):
    """The visitor may not see it any more."""


@asynccontextmanager
async def let(target: targets.Target) -> AsyncIterator[None]:
    """Breaks off what is inside with `Ended`."""
    loop, asking = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def begin() -> None:
        asking.add(loop.create_task(_ask(target, until)))

    # A timer costs next to nothing where a task would not: most of what is let in here is over at once.
    timer = loop.call_later(EVERY, begin)
    until = asyncio.timeout(None)
    try:
        async with until:
            yield
    except TimeoutError:
        if until.expired():
            raise Ended from None
        raise
    finally:
        timer.cancel()
        for task in asking:
            task.cancel()


async def _ask(target: targets.Target, until: asyncio.Timeout) -> None:
    while await _is_let(target):
        await asyncio.sleep(EVERY)
    until.reschedule(asyncio.get_running_loop().time())


async def _is_let(target: targets.Target) -> bool:
    key, now = (target.sandbox.pk, target.guest), time.monotonic()
    known = _answers.get(key)
    if known and now - known[0] < _SHARED:
        return known[1]
    try:
        answer = await targets.is_let(target)
    except DatabaseError:
        return True  # the next look decides
    if len(_answers) >= _MOST:
        _answers.clear()
    _answers[key] = now, answer
    return answer
