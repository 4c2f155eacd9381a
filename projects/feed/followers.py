"""One reader of a project's feed: where it is, and what it has not been given yet."""

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from projects.feed.rendering import Hint, Rendered

if TYPE_CHECKING:
    from projects.feed.rooms import Room

# Hints are only worth showing while they are new.
MOST_HINTS = 200


class Follower:
    """Pulls at its own pace: a slow one falls behind in the log, not in our memory."""

    def __init__(self, room: "Room", *, seq: int) -> None:
        self.room = room
        self.seq = seq
        self.hints: deque[Hint] = deque(maxlen=MOST_HINTS)
        self.wake = asyncio.Event()
        self.members_changed = asyncio.Event()

    @property
    def behind(self) -> int:
        return self.room.head - self.seq

    async def next(self) -> list[Hint | Rendered]:
        """Wait for news: hints first (they came before the bell), then events without gap or double."""
        while True:
            self.wake.clear()
            news: list[Hint | Rendered] = []
            while self.hints:
                news.append(self.hints.popleft())
            events = await self.room.after(self.seq)
            if events:
                self.seq = events[-1].seq
                news += events
            if news:
                return news
            await self.wake.wait()
