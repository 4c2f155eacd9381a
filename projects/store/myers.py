"""The shortest way from one text to another (Myers), choosing among equals as git does. Pure.

It walks from both ends at once and divides where the walks meet. Where the way is long it settles for a good
place to divide, at the same points at which git does: only then are alignments, and so merges, equal to its own.
"""

from collections import Counter
from typing import NamedTuple

from projects.store.effort import Effort, marks, rarity_limit

# A run of equal lines longer than this is a good place to divide, once the walk is as long as _PATIENCE.
_RUN = 20
_PATIENCE = 256
_RUN_WEIGHT = 4
_FAR = 1 << 60
# A line counts as frequent from the root of the text's length on, and at most from here.
_MOST_FREQUENT = 1024
_WINDOW = 100
_FREQUENT_WEIGHT = 4

_ABSENT, _RARE, _FREQUENT = 0, 1, 2


class _Division(NamedTuple):
    """Where to divide, and whether the shortest way has to be found in each part."""

    at_a: int
    at_b: int
    exact_before: bool = True
    exact_after: bool = True


class _Box(NamedTuple):
    """The lines `a0:a1` of the one text and `b0:b1` of the other."""

    a0: int
    a1: int
    b0: int
    b1: int


def changed(a: list[int], b: list[int], effort: Effort) -> tuple[bytearray, bytearray]:
    """Marks of the lines of `a` that went and of those of `b` that came."""
    gone, come = marks(a), marks(b)
    box = _trimmed(a, b, _Box(0, len(a), 0, len(b)))
    effort.spend(box.a1 - box.a0 + box.b1 - box.b0)
    rows = _worth_comparing(_Part(a, box.a0, box.a1, gone), b, effort)
    columns = _worth_comparing(_Part(b, box.b0, box.b1, come), a, effort)
    for at_a, at_b in _Search([a[row] for row in rows], [b[column] for column in columns], effort).differences():
        if at_a is not None:
            gone[rows[at_a]] = 1
        if at_b is not None:
            come[columns[at_b]] = 1
    return gone, come


def _trimmed(a: list[int], b: list[int], box: _Box) -> _Box:
    """Without what both begin and end with."""
    a0, a1, b0, b1 = box
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        a0, b0 = a0 + 1, b0 + 1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1, b1 = a1 - 1, b1 - 1
    return _Box(a0, a1, b0, b1)


class _Part(NamedTuple):
    lines: list[int]
    start: int
    end: int
    marks: bytearray


def _worth_comparing(part: _Part, other: list[int], effort: Effort) -> list[int]:
    """Places of lines the other text has too; lines it lacks, and frequent ones amid those, are marked at once."""
    counts = Counter(other)
    most = min(rarity_limit(len(part.lines)), _MOST_FREQUENT)
    kinds = bytearray(
        _ABSENT if not (count := counts[line]) else _FREQUENT if count >= most else _RARE
        for line in part.lines[part.start : part.end]
    )
    kept = []
    for at, kind in enumerate(kinds):
        if kind == _RARE or (kind == _FREQUENT and not _is_lost(kinds, at, effort)):
            kept.append(part.start + at)
        else:
            part.marks[part.start + at] = 1
    return kept


def _is_lost(kinds: bytearray, at: int, effort: Effort) -> bool:
    """Whether a frequent line stands among lines that the other text lacks, on both sides."""
    absent_before, frequent_before = _run(kinds, range(at - 1, max(0, at - _WINDOW) - 1, -1))
    absent_after, frequent_after = _run(kinds, range(at + 1, min(len(kinds) - 1, at + _WINDOW) + 1))
    effort.spend((absent_before + frequent_before + absent_after + frequent_after) // 2)
    if not absent_before or not absent_after:
        return False
    frequent = 2 + frequent_before + frequent_after
    return frequent * _FREQUENT_WEIGHT < frequent + absent_before + absent_after


def _run(kinds: bytearray, places: range) -> tuple[int, int]:
    absent = frequent = 0
    for at in places:
        if kinds[at] == _RARE:
            break
        absent += kinds[at] == _ABSENT
        frequent += kinds[at] == _FREQUENT
    return absent, frequent


class _Search:
    def __init__(self, a: list[int], b: list[int], effort: Effort) -> None:
        self.a, self.b, self.effort = a, b, effort
        # How far each diagonal was walked. Negative diagonals are found from the end of the list.
        diagonals = len(a) + len(b) + 3
        self.ahead, self.back = [0] * diagonals, [0] * diagonals
        self.most = max(rarity_limit(diagonals), _PATIENCE)

    def differences(self) -> list[tuple[int | None, int | None]]:
        """Places in `a` that went, and in `b` that came."""
        found: list[tuple[int | None, int | None]] = []
        todo = [(_Box(0, len(self.a), 0, len(self.b)), False)]
        while todo:
            whole, is_exact = todo.pop()
            box = _trimmed(self.a, self.b, whole)
            if box.a0 == box.a1 or box.b0 == box.b1:
                found += [(at, None) for at in range(box.a0, box.a1)]
                found += [(None, at) for at in range(box.b0, box.b1)]
                continue
            middle = _Walk(self, box).divide(is_exact=is_exact)
            todo.append((_Box(box.a0, middle.at_a, box.b0, middle.at_b), middle.exact_before))
            todo.append((_Box(middle.at_a, box.a1, middle.at_b, box.b1), middle.exact_after))
        return found


class _Walk:
    """Both walks through one box; a diagonal is the place in `a` less that in `b`."""

    def __init__(self, search: _Search, box: _Box) -> None:
        self.search, self.box = search, box
        self.lowest, self.highest = box.a0 - box.b1, box.a1 - box.b0
        self.start, self.end = box.a0 - box.b0, box.a1 - box.b1
        self.is_odd = bool((self.start - self.end) & 1)
        self.a_low = self.a_high = self.start
        self.b_low = self.b_high = self.end
        self.has_run = False
        search.ahead[self.start] = box.a0
        search.back[self.end] = box.a1

    def divide(self, *, is_exact: bool) -> _Division:
        cost = 0
        while True:
            cost += 1
            self.has_run = False
            met = self._go_ahead() or self._go_back()
            if met:
                return met
            self.search.effort.spend((self.a_high - self.a_low + self.b_high - self.b_low) // 2 + 4)
            if is_exact:
                continue
            if self.has_run and cost > _PATIENCE:
                good = self._run_ahead(cost) or self._run_back(cost)
                if good:
                    return good
            if cost >= self.search.most:
                return self._furthest()

    def _widen(self, walked: list[int], low: int, high: int, edge: int) -> tuple[int, int]:
        if low > self.lowest:
            low -= 1
            walked[low - 1] = edge
        else:
            low += 1
        if high < self.highest:
            high += 1
            walked[high + 1] = edge
        else:
            high -= 1
        return low, high

    def _go_ahead(self) -> _Division | None:
        """One more step from the beginning on every diagonal; where it meets the other walk, divide."""
        walked, others, a, b = self.search.ahead, self.search.back, self.search.a, self.search.b
        _, a1, _, b1 = self.box
        self.a_low, self.a_high = self._widen(walked, self.a_low, self.a_high, -1)
        walked_along = 0
        for diagonal in range(self.a_high, self.a_low - 1, -2):
            below, above = walked[diagonal - 1], walked[diagonal + 1]
            at = first = below + 1 if below >= above else above
            to = at - diagonal
            while at < a1 and to < b1 and a[at] == b[to]:
                at += 1
                to += 1
            walked_along += at - first
            if at - first > _RUN:
                self.has_run = True
            walked[diagonal] = at
            if self.is_odd and self.b_low <= diagonal <= self.b_high and others[diagonal] <= at:
                return _Division(at, to)
        self.search.effort.spend(walked_along // 2)
        return None

    def _go_back(self) -> _Division | None:
        """As `_go_ahead`, from the end."""
        walked, others, a, b = self.search.back, self.search.ahead, self.search.a, self.search.b
        a0, _, b0, _ = self.box
        self.b_low, self.b_high = self._widen(walked, self.b_low, self.b_high, _FAR)
        walked_along = 0
        for diagonal in range(self.b_high, self.b_low - 1, -2):
            below, above = walked[diagonal - 1], walked[diagonal + 1]
            at = first = below if below < above else above - 1
            to = at - diagonal
            while at > a0 and to > b0 and a[at - 1] == b[to - 1]:
                at -= 1
                to -= 1
            walked_along += first - at
            if first - at > _RUN:
                self.has_run = True
            walked[diagonal] = at
            if not self.is_odd and self.a_low <= diagonal <= self.a_high and at <= others[diagonal]:
                return _Division(at, to)
        self.search.effort.spend(walked_along // 2)
        return None

    def _run_ahead(self, cost: int) -> _Division | None:
        """The diagonal that got furthest for its cost, if it ends in a long run."""
        a, b, (a0, a1, b0, b1) = self.search.a, self.search.b, self.box
        best, found = 0, None
        for diagonal in range(self.a_high, self.a_low - 1, -2):
            at = self.search.ahead[diagonal]
            to = at - diagonal
            gain = (at - a0) + (to - b0) - abs(diagonal - self.start)
            is_inside = a0 + _RUN <= at < a1 and b0 + _RUN <= to < b1
            if gain > _RUN_WEIGHT * cost and gain > best and is_inside and a[at - _RUN : at] == b[to - _RUN : to]:
                best, found = gain, _Division(at, to, exact_after=False)
        return found

    def _run_back(self, cost: int) -> _Division | None:
        a, b, (a0, a1, b0, b1) = self.search.a, self.search.b, self.box
        best, found = 0, None
        for diagonal in range(self.b_high, self.b_low - 1, -2):
            at = self.search.back[diagonal]
            to = at - diagonal
            gain = (a1 - at) + (b1 - to) - abs(diagonal - self.end)
            is_inside = a0 < at <= a1 - _RUN and b0 < to <= b1 - _RUN
            if gain > _RUN_WEIGHT * cost and gain > best and is_inside and a[at : at + _RUN] == b[to : to + _RUN]:
                best, found = gain, _Division(at, to, exact_before=False)
        return found

    def _furthest(self) -> _Division:
        """Enough is enough: divide where either walk got furthest."""
        (ahead, ahead_at), (back, back_at) = self._furthest_ahead(), self._furthest_back()
        if (self.box.a1 + self.box.b1) - back < ahead - (self.box.a0 + self.box.b0):
            return _Division(ahead_at, ahead - ahead_at, exact_after=False)
        return _Division(back_at, back - back_at, exact_before=False)

    def _furthest_ahead(self) -> tuple[int, int]:
        best, best_at = -1, -1
        for diagonal in range(self.a_high, self.a_low - 1, -2):
            at = min(self.search.ahead[diagonal], self.box.a1)
            if self.box.b1 < at - diagonal:
                at = self.box.b1 + diagonal
            if best < 2 * at - diagonal:
                best, best_at = 2 * at - diagonal, at
        return best, best_at

    def _furthest_back(self) -> tuple[int, int]:
        best, best_at = _FAR, _FAR
        for diagonal in range(self.b_high, self.b_low - 1, -2):
            at = max(self.box.a0, self.search.back[diagonal])
            if at - diagonal < self.box.b0:
                at = self.box.b0 + diagonal
            if 2 * at - diagonal < best:
                best, best_at = 2 * at - diagonal, at
        return best, best_at
