"""A WebSocket that follows one project: the base of the HTML feed and of the JSON protocol.

It speaks ASGI itself: Channels' own consumer spends a thread hop on every message.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar

from django.db import DatabaseError, InterfaceError

from projects.feed import guests, hub
from projects.feed.followers import Follower
from projects.feed.guests import Guest, Letter, Refused
from projects.feed.rendering import Hint, Rendered
from projects.threads import in_thread

log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

OVERSIZE = 1009
FAULT = 1011
TOO_SLOW = 1013
TOO_MANY = 4429

CLOSE_SECONDS = 5.0


class Closing(Exception):
    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(code)


class Consumer:
    """Subclasses fill in `opened`, `received` and `frame`; `close` ends the conversation from anywhere."""

    subprotocol: ClassVar[str | None] = None
    most_bytes: ClassVar[int] = 64 * 1024
    # So many messages in so many seconds.
    most_messages: ClassVar[int] = 100
    per_seconds: ClassVar[float] = 10.0
    # How long one message may take to leave before the reader counts as gone.
    send_seconds: ClassVar[float] = 20.0
    # How often we ask again whether this guest may stay.
    ask_seconds: ClassVar[float] = 30.0

    guest: Guest
    letter: Letter

    @classmethod
    def as_asgi(cls) -> Callable[[dict[str, Any], Receive, Send], Coroutine[Any, Any, None]]:
        async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await cls(scope, receive, send).run()

        return application

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.follower: Follower | None = None
        self._receive, self._send = receive, send
        self._following: asyncio.Task[None] | None = None
        self._arrivals: list[float] = []
        self._members_changed = asyncio.Event()

    async def opened(self) -> None:
        """The guest is in."""

    async def received(self, text: str) -> None:
        """The guest said something within the limits."""

    def frame(self, event: Rendered) -> str | None:
        """What this kind of socket sends for an event; None = nothing."""
        raise NotImplementedError

    def hinted(self, hint: Hint) -> str | None:
        """What it sends for something passing; None = nothing."""
        return hint.frame

    async def caught_behind(self, follower: Follower) -> bool:
        """Called before news is sent; True = this reader is too far behind to be served event by event."""
        return False

    async def run(self) -> None:
        """Accept, ask who it is, serve until either side ends it."""
        if (await self._receive())["type"] != "websocket.connect":
            return
        offered = self.scope.get("subprotocols", [])
        chosen = self.subprotocol if self.subprotocol in offered else None
        # Refusals come after accepting: before it, a browser only learns that it failed.
        await self._send({"type": "websocket.accept", "subprotocol": chosen})
        code: int | None = FAULT
        try:
            code = await self._converse()
        except Exception:
            log.exception("a socket of project %s failed", self.project_id)
        finally:
            await self.unfollow()
        if code is not None:
            # The other side may be gone, or the reason may be that it takes nothing.
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._send({"type": "websocket.close", "code": code})

    @property
    def project_id(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["project_id"])

    async def _converse(self) -> int | None:
        code: int | None = FAULT
        self.letter = guests.read(self.scope)
        try:
            self.guest = await in_thread(guests.admit, self.letter, self.project_id)
        except Refused as refused:
            return refused.code
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._ask_again())
                self._tasks.create_task(self._read())
                await self.opened()
        except* Closing as closings:
            code = _first_code(closings)
        return code

    def close(self, code: int = 1000) -> None:
        raise Closing(code)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                raise Closing(None)
            text = message.get("text")
            body = text if text is not None else message.get("bytes") or b""
            if len(body) > self.most_bytes or (text and len(text.encode()) > self.most_bytes):
                raise Closing(OVERSIZE)
            self._count()
            await self.received(text if text is not None else bytes(body).decode(errors="replace"))

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        self._arrivals = [at for at in self._arrivals if now - at < self.per_seconds] + [now]
        if len(self._arrivals) > self.most_messages:
            raise Closing(TOO_MANY)

    async def follow(self, after: int | None) -> None:
        """Send what comes after `after` (None = from now on); called again, start again from there."""
        await self.unfollow()
        self.follower = await hub.current().join(self.guest.project.pk, after=after)
        self.follower.members_changed = self._members_changed
        self._following = self._tasks.create_task(self._forward(self.follower))

    async def unfollow(self) -> None:
        task, self._following = self._following, None
        follower, self.follower = self.follower, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        if follower is not None:
            await hub.current().leave(follower)

    async def _forward(self, follower: Follower) -> None:
        while not await self.caught_behind(follower):
            for news in await follower.next():
                text = self.hinted(news) if isinstance(news, Hint) else self.frame(news)
                if text is not None:
                    await self.send(text)

    async def send(self, text: str) -> None:
        """A server with back-pressure makes this wait; whoever makes it wait too long is let go."""
        try:
            async with asyncio.timeout(self.send_seconds):
                await self._send({"type": "websocket.send", "text": text})
        except TimeoutError:
            raise Closing(TOO_SLOW) from None
        except OSError:
            raise Closing(None) from None  # gone while we spoke

    async def _ask_again(self) -> None:
        """Now and then, and whenever roles change: signed out, removed or expired guests have to leave."""
        while True:
            await self._pause()
            try:
                await self.ask()
            except (DatabaseError, InterfaceError) as gone:
                log.info("Nobody can say whether a guest may stay; asking again: %s", gone)

    async def ask(self) -> None:
        """Whether this guest may stay, as things are now; whoever may not is sent away."""
        try:
            self.guest = await in_thread(guests.admit, self.letter, self.project_id)
        except Refused as refused:
            # It was there when they came in, so its absence is theirs.
            raise Closing(guests.NOT_ALLOWED if refused.code == guests.UNKNOWN else refused.code) from None

    async def _pause(self) -> None:
        # Spread out, so that many sockets opened together do not ask together.
        seconds = self.ask_seconds * random.uniform(0.75, 1.0)  # noqa: S311 - not a secret
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._members_changed.wait()
        self._members_changed.clear()


def _first_code(closings: BaseExceptionGroup[Closing]) -> int | None:
    """If the other side has gone there is nobody to tell a code to."""
    found: list[int | None] = []
    pending: list[BaseException] = [closings]
    while pending:
        each = pending.pop()
        if isinstance(each, BaseExceptionGroup):
            pending += each.exceptions
        elif isinstance(each, Closing):
            found.append(each.code)
    return None if None in found else found[0]
