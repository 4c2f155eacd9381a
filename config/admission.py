"""How many requests are worked on at once.

Threads of one process share one processor: two that compute are faster than twenty, which get into each other's way.
But who waits for a database, a lock or git computes nothing, and must not keep others out. So a few come in at once,
more whenever somebody waits although the processor does not, and who has been inside for long is not counted.
"""

import asyncio
import time
from collections import deque

FEW, MANY = 2, 20
TURN = 0.01
# Of each turn: the processor was busy for so much of it, or the loop itself was so late for it.
BUSY, LATE = 0.7, 0.5
# Seconds after which somebody inside is taken to wait for something, however busy it looks.
LONG = 0.1


class Place:
    """Of one who was let in."""

    def __init__(self) -> None:
        self.since = time.monotonic()


class Admission:
    def __init__(self, *, few: int = FEW, many: int = MANY) -> None:
        self.few, self.many = few, many
        self.limit = few
        self.inside: set[Place] = set()
        self._waiting: deque[asyncio.Future[Place]] = deque()
        self._is_watched = False

    async def enter(self) -> Place:
        """Returns when it is one's turn; whoever was let in leaves."""
        if not self._waiting and self._has_room():
            return self._let_in()
        called: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._waiting.append(called)
        self._watch()
        try:
            return await called
        except asyncio.CancelledError:
            if not called.cancelled():  # called and sent away in the same moment
                self.leave(called.result())
            raise

    def leave(self, place: Place) -> None:
        self.inside.discard(place)
        self._call()

    def _has_room(self) -> bool:
        long_ago = time.monotonic() - LONG
        counted = sum(place.since > long_ago for place in self.inside)
        return counted < self.limit and len(self.inside) < self.many

    def _let_in(self) -> Place:
        place = Place()
        self.inside.add(place)
        return place

    def _call(self) -> None:
        while self._waiting and self._has_room():
            called = self._waiting.popleft()
            if not called.done():
                called.set_result(self._let_in())

    def _watch(self) -> None:
        if not self._is_watched:
            self._is_watched = True
            self._look_again()

    def _look_again(self) -> None:
        asyncio.get_running_loop().call_later(TURN, self._look, time.monotonic(), time.process_time())

    def _look(self, then: float, used: float) -> None:
        took = time.monotonic() - then
        self.adjust(is_busy=took > TURN * (1 + LATE) or time.process_time() - used > took * BUSY)
        self._is_watched = bool(self._waiting)
        if self._waiting:
            self._look_again()

    def adjust(self, *, is_busy: bool) -> None:
        self.limit = max(self.few, self.limit - 1) if is_busy else min(self.many, self.limit + 1)
        self._call()
