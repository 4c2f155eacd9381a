"""A project's feed as `text/event-stream`: pulled from the hub at its reader's pace, ended with the reader's rights."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Protocol
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import Http404

from projects import access
from projects.enums import Ability
from projects.feed import hub
from projects.feed.followers import Follower
from projects.feed.rendering import Rendered
from projects.rest import callers
from projects.rest.callers import Request
from projects.rest.problems import Refused
from projects.threads import in_thread

# A proxy must neither keep it nor wait for more of it.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MOST_EACH = 20
TURN_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 15.0
ASK_SECONDS = 30.0

_open: Counter[str] = Counter()


def last_seen(request: Request, after: int) -> int:
    """A browser that comes back says where it was."""
    given = request.headers.get("Last-Event-ID", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else after


class Voice(Protocol):
    """Says what is new in the words of those who listen, in a few bytes each; `is_over` once nothing more follows."""

    is_over: bool

    async def tell(self, event: Rendered) -> bytes: ...


class _Plain:
    """Every event as it is, by its number."""

    is_over = False

    async def tell(self, event: Rendered) -> bytes:
        return f"id: {event.seq}\ndata: {event.json_frame}\n\n".encode()


def check_free(request: Request) -> None:
    """For whoever begins something before it is told of: refused, it must not have been begun."""
    if _open[request.caller.key] >= MOST_EACH:
        raise Refused("too_many", f"At most {MOST_EACH} streams at once.", headers={"Retry-After": "15"})


def follow(request: Request, project_id: UUID, *, after: int, voice: Voice | None = None) -> AsyncIterator[bytes]:
    """Refused when this caller has many open already."""
    check_free(request)
    return _lines(request, project_id, after, voice or _Plain())


async def _lines(request: Request, project_id: UUID, after: int, voice: Voice) -> AsyncIterator[bytes]:
    key = request.caller.key
    _open[key] += 1
    try:
        follower = await hub.current().join(project_id, after=after)
        try:
            async for line in _told(request, project_id, follower, voice):
                yield line
        finally:
            await hub.current().leave(follower)
    finally:
        _open[key] -= 1
        if not _open[key]:
            del _open[key]


async def _told(request: Request, project_id: UUID, follower: Follower, voice: Voice) -> AsyncIterator[bytes]:
    now = asyncio.get_running_loop().time
    ask_at, silent_since = now() + _some_time(), now()
    yield b": here\n\n"
    while True:
        if follower.members_changed.is_set() or now() >= ask_at:
            follower.members_changed.clear()
            ask_at = now() + _some_time()
            if not await in_thread(_may_stay, request, project_id):
                yield b"event: end\ndata: {}\n\n"
                return
        if lines := await _news(follower, voice):
            silent_since = now()
            yield lines
        elif now() - silent_since >= KEEP_ALIVE_SECONDS:
            silent_since = now()
            yield b": still here\n\n"
        if voice.is_over:
            return


async def _news(follower: Follower, voice: Voice) -> bytes:
    """What there is within a turn; a turn is short, since rights may change meanwhile."""
    try:
        async with asyncio.timeout(TURN_SECONDS):
            news = await follower.next()
    except TimeoutError:
        return b""
    said = list[bytes]()
    for one in news:
        if isinstance(one, Rendered) and not voice.is_over:
            said.append(await voice.tell(one))
    return b"".join(said)


def _may_stay(request: Request, project_id: UUID) -> bool:
    try:
        user = callers.still(request)
        if user is not None:
            access.get_project_by_id(user, project_id, Ability.VIEW)
        return user is not None
    except (Http404, PermissionDenied):
        return False
    except (DatabaseError, InterfaceError):
        return True  # nobody can say; asked again in a while


def _some_time() -> float:
    """Spread out, so that many opened together do not ask together."""
    return ASK_SECONDS * random.uniform(0.75, 1.0)  # noqa: S311 - not a secret
