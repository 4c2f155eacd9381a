"""Links that were given to anybody: which of them still let somebody in, and how often they were opened."""

import asyncio
from collections import Counter
from uuid import UUID

from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from projects import access
from projects.threads import in_thread
from sandboxes.models import ShareLink

# One is written down at most so often, with all that opened it meanwhile.
EVERY = 30.0
_opened: Counter[UUID] = Counter()
_written: dict[UUID, asyncio.TimerHandle] = {}
_writing: set["asyncio.Task[None]"] = set()


def find(label: str, secret: str) -> UUID | None:
    if not secret.isascii() or "\0" in secret:
        return None
    there = ShareLink.objects.filter(sandbox__label=label, sandbox__project__archived_at=None)
    found: UUID | None = there.lasting().filter(digest=access.digest_of(secret)).values_list("pk", flat=True).first()
    return found


async def note(link: UUID) -> None:
    """It was opened: written down at once, or a little later where that has just been done."""
    _opened[link] += 1
    if link not in _written:
        await _write(link)


async def _write(link: UUID) -> None:
    count = _opened.pop(link, 0)
    _written[link] = asyncio.get_running_loop().call_later(EVERY, _write_rest, link)
    try:
        await in_thread(_add, link, count)
    except DatabaseError:
        _opened[link] += count  # with the next


def _write_rest(link: UUID) -> None:
    del _written[link]
    if _opened.get(link):
        task = asyncio.get_running_loop().create_task(_write(link))
        _writing.add(task)
        task.add_done_callback(_writing.discard)


def _add(link: UUID, count: int) -> None:
    ShareLink.objects.filter(pk=link).update(visits=F("visits") + count, last_visited_at=timezone.now())
