"""How much work one comparison may be. Counted in steps and not in seconds, so the answer is always the same. Pure."""

from collections.abc import Hashable, Sequence

# About a second of a slow machine.
MOST_STEPS = 2_000_000
# Of several comparisons that belong together.
MOST_TOGETHER = 8_000_000


class TooMuch(Exception):
    """The two are too long and too different to be compared line by line."""


class Effort:
    def __init__(self, steps: int = MOST_STEPS, whole: "Effort | None" = None) -> None:
        self.left, self.whole = steps, whole

    def part(self) -> "Effort":
        """For one of several comparisons: as much as for one alone, as long as there is some left for all."""
        return Effort(MOST_STEPS, self)

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.whole:
            self.whole.spend(steps)
        if self.left < 0:
            raise TooMuch


def numbered(*texts: Sequence[Hashable]) -> list[list[int]]:
    """The same texts with a number for each different line: numbers are quick to compare."""
    numbers: dict[Hashable, int] = {}
    return [[numbers.setdefault(line, len(numbers)) for line in lines] for lines in texts]


def marks(lines: Sequence[object]) -> bytearray:
    """Which lines changed: none yet. One more at the end, so that both places beside the text read as unchanged."""
    return bytearray(len(lines) + 1)


def rarity_limit(lines: int) -> int:
    """A power of two near the root of a length."""
    root = 1
    while lines > 0:
        root, lines = root * 2, lines >> 2
    return root
