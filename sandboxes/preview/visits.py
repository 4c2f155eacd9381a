"""Who is looking at a box: how many at once, and when last."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import UUID

from django.db import DatabaseError
from django.utils import timezone

from projects.threads import in_thread
from sandboxes.models import Sandbox

MOST_AT_ONCE = 32
_NOTE_EVERY = 30.0
_MOST = 2000
_open: Counter[UUID] = Counter()
_noted: dict[UUID, float] = {}
_watched: dict[UUID, float] = {}


class Crowded(Exception):
    """A box has as many connections as it may have."""


@contextmanager
def connection(sandbox_id: UUID) -> Iterator[None]:
    """One of a box's connections, for as long as it lasts."""
    if _open[sandbox_id] >= MOST_AT_ONCE:
        raise Crowded
    _open[sandbox_id] += 1
    try:
        yield
    finally:
        _open[sandbox_id] -= 1
        if not _open[sandbox_id]:
            del _open[sandbox_id]


async def note(sandbox_id: UUID) -> None:
    """Keep the box awake; written at most every half minute."""
    now = time.monotonic()
    if now - _noted.get(sandbox_id, -_NOTE_EVERY) < _NOTE_EVERY:
        return
    if len(_noted) >= _MOST:
        _noted.clear()
    _noted[sandbox_id] = now
    await in_thread(_touch, sandbox_id)


@asynccontextmanager
async def watching(sandbox_id: UUID) -> AsyncIterator[None]:
    """While a page holds a connection open, its app is looked at."""
    noting = asyncio.create_task(_keep_noting(sandbox_id))
    try:
        yield
    finally:
        noting.cancel()


async def _keep_noting(sandbox_id: UUID) -> None:
    while True:
        await asyncio.sleep(_NOTE_EVERY)
        now = time.monotonic()
        if now - _watched.get(sandbox_id, -_NOTE_EVERY) >= _NOTE_EVERY:
            if len(_watched) >= _MOST:
                _watched.clear()
            _watched[sandbox_id] = now
            with suppress(DatabaseError):  # another time, then
                await in_thread(_watch, sandbox_id)


def _watch(sandbox_id: UUID) -> None:
    Sandbox.objects.filter(pk=sandbox_id).update(watched_at=timezone.now())


def _touch(sandbox_id: UUID) -> None:
    Sandbox.objects.filter(pk=sandbox_id).update(touched_at=timezone.now())
