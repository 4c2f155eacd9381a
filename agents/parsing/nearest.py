"""The real lines a failed search probably meant, with their numbers, to show to the model."""

import difflib
from collections import Counter

from agents.parsing import folding

AROUND = 8
LONGEST_LINE = 200
COMMON = 20  # lines that occur more often say nothing about the place
MOST_LINES = 5_000


def show(file: tuple[str, ...], search: tuple[str, ...]) -> str:
    """The nearest block ± 8 lines, or nothing when nothing is near."""
    start = _place(file, search)
    return "" if start is None else around(file, start, start + len(search))


def around(file: tuple[str, ...], start: int, stop: int) -> str:
    first, last = max(0, start - AROUND), min(len(file), stop + AROUND)
    last = min(last, first + 2 * AROUND + 60)
    return "\n".join(f"{number + 1} | {file[number][:LONGEST_LINE]}" for number in range(first, last))


def _place(file: tuple[str, ...], search: tuple[str, ...]) -> int | None:
    """Each line that occurs in both votes for where the search would begin."""
    where: dict[str, list[int]] = {}
    for number, line in enumerate(file):
        where.setdefault(folding.folded(line), []).append(number)
    votes: Counter[int] = Counter()
    for offset, line in enumerate(search):
        key = folding.folded(line)
        numbers = where.get(key, [])
        if len(key) > 1 and len(numbers) <= COMMON:
            votes.update({max(0, number - offset): len(key) for number in numbers})
    if votes:
        return max(votes, key=lambda start: (votes[start], -start))
    return _likest(file, search)


def _likest(file: tuple[str, ...], search: tuple[str, ...]) -> int | None:
    """No line is equal: the line most like the longest one searched."""
    longest = max(search, key=lambda line: len(line.strip()), default="").strip()[:LONGEST_LINE]
    lines = [line.strip()[:LONGEST_LINE] for line in file[:MOST_LINES]]
    close = difflib.get_close_matches(longest, lines, n=1, cutoff=0.6) if longest else []
    if not close:
        return None
    offset = next(n for n, line in enumerate(search) if line.strip()[:LONGEST_LINE] == longest)
    return max(0, lines.index(close[0]) - offset)
