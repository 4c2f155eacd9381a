"""One project as this process follows it: a subscription, a ring of rendered events, and who listens."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from projects.feed import bells, log, rendering
from projects.feed.followers import Follower
from projects.feed.rendering import Hint, Rendered
from projects.threads import in_thread

logger = logging.getLogger(__name__)

RING = 500
BATCH = 100
# A bell may be lost, so look anyway this often.
LOOK_SECONDS = 20.0
# While there are no bells at all.
OFTEN_SECONDS = 2.0
AGAIN_SECONDS = 5.0


class Room:
    """`head` is the newest event read so far; followers before the ring read the log themselves."""

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        self.head = 0
        self.ring: list[Rendered] = []
        self.guests = 0
        self.followers: set[Follower] = set()
        self.bell = asyncio.Event()
        self._reading = asyncio.Lock()
        self._layer: Any = get_channel_layer()
        self._channel = ""
        self._tasks: list[asyncio.Task[None]] = []
        self.opened = asyncio.ensure_future(self._open())

    async def _open(self) -> None:
        with suppress(Exception):  # a page is worth opening without bells; `_listen` says so and tries again
            await self._subscribe()
        self.head = await in_thread(log.last_seq, self.project_id)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look())]

    async def close(self) -> None:
        tasks = [*self._tasks, self.opened]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._channel:
            with suppress(Exception):  # the layer may be what failed
                await self._layer.group_discard(bells.group(self.project_id), self._channel)

    async def _subscribe(self) -> None:
        channel = await self._layer.new_channel("feed")
        await self._layer.group_add(bells.group(self.project_id), channel)
        self._channel = channel

    async def _listen(self) -> None:
        """Take what the layer brings; after a failure subscribe again and look at what was missed."""
        while True:
            try:
                if not self._channel:
                    await self._subscribe()
                    self.bell.set()
                self._take(await self._layer.receive(self._channel))
            except Exception as silence:
                logger.warning("No bells for project %s; it is looked at often instead: %s", self.project_id, silence)
                self._channel = ""
                self.bell.set()
                await asyncio.sleep(AGAIN_SECONDS)

    def _take(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "feed.bell" if message["seq"] > self.head:
                self.bell.set()
            case "feed.hint":
                hint = Hint(message["hint"], message.get("branch"))
                for follower in self.followers:
                    follower.hints.append(hint)
                    follower.wake.set()
            case "feed.members":
                for follower in self.followers:
                    follower.members_changed.set()

    async def _look(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if self._channel else OFTEN_SECONDS):
                    await self.bell.wait()
            self.bell.clear()
            try:
                await self._read_on()
            except Exception:
                logger.exception("the feed of project %s cannot be read", self.project_id)
                await asyncio.sleep(OFTEN_SECONDS)
                self.bell.set()

    async def look_for(self, seq: int) -> None:
        """Be at `seq` at least, if it exists: a page may have read more than we did."""
        if seq > self.head:
            await self._read_on()

    async def _read_on(self) -> None:
        async with self._reading:
            while True:
                events = await in_thread(_read, self.project_id, self.head)
                if events:
                    self._extend(events)
                if len(events) < BATCH:
                    return

    def _extend(self, events: list[Rendered]) -> None:
        self.ring = [*self.ring, *events][-RING:]
        self.head = events[-1].seq
        for follower in self.followers:
            follower.wake.set()

    async def after(self, seq: int) -> list[Rendered]:
        """Some of what came after `seq`, in order: from the ring, or from the log for one far behind."""
        if seq >= self.head:
            return []
        if self.ring and self.ring[0].seq <= seq + 1:
            start = seq + 1 - self.ring[0].seq
            return self.ring[start : start + BATCH]
        events = await in_thread(_read, self.project_id, seq)
        # Nobody gets ahead of the room: who is ahead of it counts as lost.
        return [event for event in events if event.seq <= self.head]


def _read(project_id: UUID, seq: int) -> list[Rendered]:
    return [rendering.render(event) for event in log.since(project_id, seq, BATCH)]
