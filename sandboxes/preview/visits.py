"""Who is looking at a box: how many at once, and when last."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import UUID

from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from projects.threads import in_thread
from sandboxes.enums import SandboxState
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


async def note(sandbox_id: UUID) -> bool:
    """Keep the box awake; written at most every half minute. False when it was paused a moment ago, or is gone."""
    return not _is_due(_noted, sandbox_id) or await in_thread(_touch, sandbox_id)


async def note_watching(sandbox_id: UUID) -> bool:
    """That a page holds a connection open; else as `note`."""
    return not _is_due(_watched, sandbox_id) or await in_thread(_watch, sandbox_id)


def _is_due(noted: dict[UUID, float], sandbox_id: UUID) -> bool:
    now = time.monotonic()
    if now - noted.get(sandbox_id, -_NOTE_EVERY) < _NOTE_EVERY:
        return False
    if len(noted) >= _MOST:
        noted.clear()
    noted[sandbox_id] = now
    return True


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
        with suppress(DatabaseError):  # another time, then
            await note_watching(sandbox_id)


def _watch(sandbox_id: UUID) -> bool:
    return bool(_awake(sandbox_id).update(watched_at=timezone.now()))


def _touch(sandbox_id: UUID) -> bool:
    return bool(_awake(sandbox_id).update(touched_at=timezone.now()))


def _awake(sandbox_id: UUID) -> "QuerySet[Sandbox]":
    """The row decides between a visit and a pause: whoever comes second sees the first."""
    return Sandbox.objects.filter(pk=sandbox_id).exclude(state=SandboxState.PAUSED)
