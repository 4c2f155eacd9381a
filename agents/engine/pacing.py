"""How fast stored replies are given out: at once, or at so many times the speed they came at.

Of each call is recorded when its first letter came and how long it took, not when each letter did: in between they come
evenly. Where nothing was recorded, as of a call that was lost, it is given out at once and counted.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.errors import NotPossible

LEAST, MOST = 0.1, 1000.0
# So often something is to be seen, and no wait is longer: who stops it does not wait for it.
_BEAT = 0.1


@dataclass
class Pace:
    """`speed` 0 is at once. `untimed` counts replies without times."""

    speed: float = 0.0
    wait: Callable[[float], object] = time.sleep
    untimed: int = 0
    timed: int = 0

    def pieces(self, text: str, chunk: int, *, first_ms: int | None, all_ms: int | None) -> Iterator[str]:
        if not self._is_timed(all_ms):
            yield from _cut(text, chunk)
            return
        first, whole = (first_ms or 0) / 1000, (all_ms or 0) / 1000
        self._sleep(first)
        seconds = max(0.0, whole - first) / self.speed
        beats = max(1, round(seconds / _BEAT))
        for piece in _cut(text, max(1, -(-len(text) // beats))):
            self._sleep(max(0.0, whole - first) * len(piece) / max(1, len(text)))
            yield from _cut(piece, chunk)

    def pass_over(self, text: str, *, first_ms: int | None, all_ms: int | None) -> None:
        """One of which nothing is made takes its time, too."""
        if self.speed:
            for _ in self.pieces(text, len(text) or 1, first_ms=first_ms, all_ms=all_ms):
                pass

    def _is_timed(self, all_ms: int | None) -> bool:
        if not self.speed:
            return False
        self.untimed += all_ms is None
        self.timed += all_ms is not None
        return all_ms is not None

    def _sleep(self, recorded: float) -> None:
        """Long waits in parts."""
        left = recorded / self.speed
        while left > 0:
            self.wait(min(left, 1.0))
            left -= 1.0


AT_ONCE = Pace()


def at(speed: float) -> Pace:
    if not LEAST <= speed <= MOST:
        raise NotPossible(f"--speed is a number from {LEAST} to {MOST:,.0f}.")
    return Pace(speed)


def sentence(pace: Pace) -> str:
    """How it was played, plainly."""
    if not pace.speed:
        return ""
    said = f"Played at {pace.speed:g} times the recorded speed."
    if pace.untimed:
        all_of_them = pace.timed + pace.untimed
        said += f" Of {pace.untimed} of {all_of_them} replies no times were recorded: those were given out at once."
    return said


def _cut(text: str, size: int) -> Iterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]
