"""Another way from one text to another: around the rarest lines both have. What git merges trees with. Pure."""

from typing import NamedTuple

from projects.store import myers
from projects.store.effort import Effort, marks

# A line that stands more often than this in a text is no place to begin.
_MOST_TIMES = 64


class _Common(NamedTuple):
    """A run of lines that both texts have: `a0:a1` is `b0:b1`."""

    a0: int
    a1: int
    b0: int
    b1: int


def changed(a: list[int], b: list[int], effort: Effort) -> tuple[bytearray, bytearray]:
    """Marks of the lines of `a` that went and of those of `b` that came."""
    gone, come = marks(a), marks(b)
    todo = [_Common(0, len(a), 0, len(b))]
    while todo:
        box = todo.pop()
        a0, a1, b0, b1 = box
        if a0 == a1 or b0 == b1:
            _mark(gone, come, box)
            continue
        effort.spend(a1 - a0 + b1 - b0)
        seen = _Seen(a, b, box, effort)
        common = seen.rarest()
        if seen.is_all_frequent:
            gone[a0:a1], come[b0:b1] = (part[:-1] for part in myers.changed(a[a0:a1], b[b0:b1], effort))
        elif common is None:
            _mark(gone, come, box)
        else:
            todo += [_Common(a0, common.a0, b0, common.b0), _Common(common.a1, a1, common.b1, b1)]
    return gone, come


def _mark(gone: bytearray, come: bytearray, box: _Common) -> None:
    gone[box.a0 : box.a1] = b"\1" * (box.a1 - box.a0)
    come[box.b0 : box.b1] = b"\1" * (box.b1 - box.b0)


class _Seen:
    """Where each line stands in `a`, and the best common run so far."""

    def __init__(self, a: list[int], b: list[int], box: _Common, effort: Effort) -> None:
        self.a, self.b, self.box, self.effort = a, b, box, effort
        self.places: dict[int, list[int]] = {}
        for at in range(box.a0, box.a1):
            self.places.setdefault(a[at], []).append(at)
        self.fewest = _MOST_TIMES + 1
        self.has_common = False
        self.best: _Common | None = None

    @property
    def is_all_frequent(self) -> bool:
        return self.has_common and self.fewest > _MOST_TIMES

    def rarest(self) -> _Common | None:
        """The run with the rarest line in it; among those the first of the longest."""
        at = self.box.b0
        while at < self.box.b1:
            at = self._look(at)
        return self.best

    def _look(self, at: int) -> int:
        """Consider the runs through line `at` of `b`; gives the line to go on from."""
        places = self.places.get(self.b[at], [])
        self.has_common = self.has_common or bool(places)
        after = at + 1
        if len(places) > self.fewest:
            return after
        reached = -1
        for place in places:
            # One that stands in the run just looked at is no beginning of its own.
            if place < reached:
                continue
            run, rarity = self._extended(place, at)
            reached, after = run.a1, max(after, run.b1)
            is_longer = self.best is None or run.a1 - run.a0 > self.best.a1 - self.best.a0
            if (is_longer and (self.best or run.a1 - run.a0 > 1)) or rarity < self.fewest:
                self.best, self.fewest = run, rarity
        return after

    def _extended(self, place: int, at: int) -> tuple[_Common, int]:
        a, b, box, places = self.a, self.b, self.box, self.places
        rarity = len(places[a[place]])
        a0, b0, a1, b1 = place, at, place + 1, at + 1
        while a0 > box.a0 and b0 > box.b0 and a[a0 - 1] == b[b0 - 1]:
            a0, b0 = a0 - 1, b0 - 1
            rarity = min(rarity, len(places[a[a0]]))
        while a1 < box.a1 and b1 < box.b1 and a[a1] == b[b1]:
            rarity = min(rarity, len(places[a[a1]]))
            a1, b1 = a1 + 1, b1 + 1
        self.effort.spend(a1 - a0)
        return _Common(a0, a1, b0, b1), rarity
