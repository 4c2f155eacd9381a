"""Where a run of changed lines stands that could stand higher or lower too, as git places it. Pure."""

from collections.abc import Iterator


class _Group:
    """A run of changed lines, maybe empty, between two unchanged ones."""

    def __init__(self, lines: list[int], marks: bytearray) -> None:
        self.lines, self.marks = lines, marks
        self.start = self.end = 0
        self._grow_down()

    def _grow_down(self) -> None:
        # The mark past the last line is never set.
        while self.marks[self.end]:
            self.end += 1

    def _grow_up(self) -> None:
        while self.start and self.marks[self.start - 1]:
            self.start -= 1

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    def go_on(self) -> bool:
        if self.end == len(self.lines):
            return False
        self.start = self.end = self.end + 1
        self._grow_down()
        return True

    def go_back(self) -> None:
        self.start = self.end = self.start - 1
        self._grow_up()

    def slide_up(self) -> bool:
        if not self.start or self.lines[self.start - 1] != self.lines[self.end - 1]:
            return False
        self.start, self.end = self.start - 1, self.end - 1
        self.marks[self.start], self.marks[self.end] = 1, 0
        self._grow_up()
        return True

    def slide_down(self) -> bool:
        if self.end == len(self.lines) or self.lines[self.start] != self.lines[self.end]:
            return False
        self.marks[self.start], self.marks[self.end] = 0, 1
        self.start, self.end = self.start + 1, self.end + 1
        self._grow_down()
        return True


def settle(a: list[int], gone: bytearray, b: list[int], come: bytearray) -> None:
    """Move the runs of both texts, in place: first the one's against the other's, then the other way round."""
    _settle(_Group(a, gone), _Group(b, come))
    _settle(_Group(b, come), _Group(a, gone))


def _settle(group: _Group, other: _Group) -> None:
    """Each run as far down as it goes, or to the lowest place where lines changed in the other text too."""
    while True:
        if not group.is_empty:
            _place(group, other)
        if not group.go_on():
            return
        other.go_on()


def _place(group: _Group, other: _Group) -> None:
    is_aligned = False
    size = -1
    top = group.end
    # Runs it bumps into become part of it, and then it may go further.
    while size != group.end - group.start:
        size = group.end - group.start
        while group.slide_up():
            other.go_back()
        top, is_aligned = group.end, not other.is_empty
        while group.slide_down():
            other.go_on()
            is_aligned = is_aligned or not other.is_empty
    if is_aligned and group.end != top:
        while other.is_empty:
            group.slide_up()
            other.go_back()


def edits(gone: bytearray, come: bytearray) -> Iterator[tuple[int, int, int, int]]:
    """(start, end, start, end) of each run of lines that went and those that came in their place."""
    at_a = at_b = 0
    while at_a < len(gone) - 1 or at_b < len(come) - 1:
        start_a, start_b = at_a, at_b
        while gone[at_a]:
            at_a += 1
        while come[at_b]:
            at_b += 1
        if at_a > start_a or at_b > start_b:
            yield start_a, at_a, start_b, at_b
        at_a, at_b = at_a + 1, at_b + 1
