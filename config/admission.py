"""How many requests are worked on at once.

Threads of one process share one processor: two that compute are faster than twenty, which get into each other's way.
But who waits for a database, a lock or git computes nothing, and must not keep others out. So a few come in at once,
and more whenever somebody waits although the processor does not.
"""

import asyncio
import time
from collections import deque

FEW, MANY = 2, 32
TURN = 0.01
# Of each turn: the processor was busy for so much of it, or the loop itself was so late for it.
BUSY, LATE = 0.7, 0.5
# So many turns in which nobody was done: however busy it looks, those inside are stuck.
STUCK = 10


class Admission:
    def __init__(self, *, few: int = FEW, many: int = MANY) -> None:
        self.few, self.many = few, many
        self.limit = few
        self.inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_watched = False
        self._idle_turns = 0  # without anybody leaving

    async def enter(self) -> None:
        """Returns when it is one's turn; whoever was let in leaves."""
        if self.inside < self.limit and not self._waiting:
            self.inside += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._watch()
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # called and sent away in the same moment
                self.leave()
            raise

    def leave(self) -> None:
        self.inside -= 1
        self._idle_turns = 0
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self.inside < self.limit:
            place = self._waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(None)

    def _watch(self) -> None:
        if not self._is_watched:
            self._is_watched = True
            self._look_again()

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(TURN, self._look, time.monotonic(), time.process_time())

    def _look(self, then: float, used: float) -> None:
        took = time.monotonic() - then
        is_busy = took > TURN * (1 + LATE) or time.process_time() - used > took * BUSY
        self._idle_turns += 1
        self.adjust(is_busy=is_busy and self._idle_turns < STUCK)
        self._is_watched = bool(self._waiting)
        if self._waiting:
            self._look_again()

    def adjust(self, *, is_busy: bool) -> None:
        if not is_busy:
            self._idle_turns = 0
        self.limit = max(self.few, self.limit - 1) if is_busy else min(self.many, self.limit + 1)
        self._let_in()
