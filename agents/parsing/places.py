"""Finds the one place in a file that a search text means, from strict to tolerant.

Each strategy accepts a single hit; several are AMBIGUOUS, unless a line hint tells them apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.parsing import folding, indents, merging

Lines = tuple[str, ...]
Key = Callable[[str], str]
Strategy = Literal["exact", "trailing", "folded", "blank", "numbered", "elided", "fuzzy", "whole", "already"]

HINT_REACH = 40
LONGEST_MERGE = 400
MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Lines start to stop of the file become `lines`."""

    start: int
    stop: int
    lines: Lines
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Miss:
    """No single place; `at` are the line indexes that matter."""

    code: Literal["AMBIGUOUS", "MERGE_CONFLICT"]
    at: tuple[int, ...]


def find(file: Lines, search: Lines, replace: Lines, *, hint: int | None = None) -> Place | Miss | None:
    """The place by the first strategy that has a hit; None when no strategy has."""
    for strategy in (exact, trailing, folded, blank, numbered, elided):
        hits = strategy(file, search, replace)
        if hits:
            return chosen(hits, hint)
    return None


def chosen(hits: list[Place], hint: int | None) -> Place | Miss:
    if len(hits) > 1 and hint is not None:
        near = [hit for hit in hits if abs(hit.start - hint) <= HINT_REACH]
        hits = near if len(near) == 1 else hits
    return hits[0] if len(hits) == 1 else Miss("AMBIGUOUS", tuple(hit.start for hit in hits))


def exact(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    return [Place(at, at + len(search), replace, "exact") for at in occurrences(file, search)]


def trailing(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    return _alike(file, search, replace, folding.trailing, "trailing")


def folded(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    return _alike(file, search, replace, folding.folded, "folded")


def blank(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    """As folded, with blank lines ignored on both sides."""
    search, replace = trimmed(search, replace)
    wanted = [folding.folded(line) for line in search if line.strip()]
    numbers = [number for number, line in enumerate(file) if line.strip()]
    keys = [folding.folded(file[number]) for number in numbers]
    return [
        _merged(file, (numbers[at], numbers[at + len(wanted) - 1] + 1), search, replace, "blank")
        for at in occurrences(keys, wanted)
    ]


def numbered(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    """The model pasted our line numbers."""
    bare = folding.without_numbers(search)
    if bare is None:
        return []
    new = folding.without_numbers(replace) or replace
    for strategy in (exact, trailing, folded, blank):
        if hits := strategy(file, bare, new):
            return [Place(hit.start, hit.stop, hit.lines, "numbered") for hit in hits]
    return []


def elided(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    """`...` lines in both texts stand for lines that stay as they are."""
    parts, news = _parts(search), _parts(replace)
    if len(parts) < 2 or len(parts) != len(news):
        return []
    if any(bool(part) != bool(new) for part, new in zip((parts[0], parts[-1]), (news[0], news[-1]), strict=True)):
        return []
    return [hit for hit in _chains(file, parts, news) if hit is not None]


def occurrences(keys: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where the sequence occurs; counts no further than a few hits."""
    if not any(line.strip() for line in wanted):
        return []
    # The rarest wanted line keeps this short in files full of equal lines.
    where: dict[str, list[int]] = {line: [] for line in wanted}
    for number, line in enumerate(keys):
        if line in where:
            where[line].append(number)
    offset = min(range(len(wanted)), key=lambda index: len(where[wanted[index]]))
    found: list[int] = []
    for number in where[wanted[offset]]:
        at = number - offset
        if at >= 0 and list(keys[at : at + len(wanted)]) == list(wanted):
            found.append(at)
            if len(found) == MOST_HITS:
                break
    return found


def trimmed(search: Lines, replace: Lines) -> tuple[Lines, Lines]:
    """Both without the blank lines at the edges of the search that the replacement has as well."""
    first = next((number for number, line in enumerate(search) if line.strip()), 0)
    after = next((number for number, line in enumerate(reversed(search)) if line.strip()), 0)
    start = next((n for n, line in enumerate(replace[:first]) if line.strip()), min(first, len(replace)))
    replace = replace[start:]
    tail = replace[len(replace) - after :] if after else ()
    stop = next((n for n, line in enumerate(reversed(tail)) if line.strip()), len(tail))
    return search[first : len(search) - after], replace[: len(replace) - stop]


def refitted(region: Lines, search: Lines, replace: Lines, key: Key) -> tuple[Lines, Lines]:
    """The search and the replacement, indented as the region is."""
    pairs = indents.pair(search, region, key)
    return indents.fit(search, pairs), indents.fit(replace, pairs)


def _alike(file: Lines, search: Lines, replace: Lines, key: Key, strategy: Strategy) -> list[Place]:
    hits = occurrences([key(line) for line in file], [key(line) for line in search])
    return [_merged(file, (at, at + len(search)), search, replace, strategy) for at in hits]


def _merged(file: Lines, span: tuple[int, int], search: Lines, replace: Lines, strategy: Strategy) -> Place:
    """Lines the model did not mean to change keep the file's own spelling."""
    region = file[span[0] : span[1]]
    if max(len(region), len(search), len(replace)) > LONGEST_MERGE:
        return Place(*span, replace, strategy)
    key = folding.trailing if strategy == "trailing" else folding.folded
    base, theirs = refitted(region, search, replace, key)
    lines = merging.merge(base, region, theirs, key=key)
    return Place(*span, theirs if lines is None else lines, strategy)


def _parts(lines: Lines) -> list[Lines]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if folding.is_elision(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return [tuple(part) for part in parts]


def _chains(file: Lines, parts: list[Lines], news: list[Lines]) -> list[Place | None]:
    firsts = _hits(file, *next((part, new) for part, new in zip(parts, news, strict=True) if part or new))
    return [_chain(file, first, parts, news) for first in firsts]


def _chain(file: Lines, first: Place, parts: list[Lines], news: list[Lines]) -> Place | None:
    """The parts one after another from `first`; what lies between them stays."""
    position, lines = first.start, []
    for part, new in zip(parts, news, strict=True):
        if not any(line.strip() for line in (*part, *new)):
            continue
        after = [hit for hit in _hits(file, part, new) if hit.start >= position]
        if not after or (len(after) > 1 and after[0].start != first.start):
            return None
        lines += [*file[position : after[0].start], *after[0].lines]
        position = after[0].stop
    return Place(first.start, position, tuple(lines), "elided")


def _hits(file: Lines, search: Lines, replace: Lines) -> list[Place]:
    for strategy in (exact, trailing, folded):
        if hits := strategy(file, search, replace):
            return hits
    return []
