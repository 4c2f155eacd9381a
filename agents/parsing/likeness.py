"""Finds a place that is nearly what was searched, in bounded work.

Only windows whose first and last line are right are looked at, and only a few of them closely.
"""

import difflib
from collections import Counter
from dataclasses import dataclass

from agents.parsing import folding, merging, places
from agents.parsing.places import Lines, Miss, Place

THRESHOLD = 0.88
MARGIN = 0.05
FEWEST_LINES = 3
LONGEST_SEARCH = 400
MOST_WINDOWS = 32
MOST_STARTS = 64
MOST_PAIRS = 250_000  # of characters compared closely in one window
MOST_LINE_PAIRS = 20_000  # of equal lines: hundreds of equal lines say nothing about the place


@dataclass(frozen=True, slots=True)
class _Window:
    score: float
    start: int
    stop: int


def find(file: Lines, search: Lines, replace: Lines) -> Place | Miss | None:
    """The place, merged three-way: a file's own changes are never overwritten."""
    search, replace = places.trimmed(search, replace)
    count = sum(bool(line.strip()) for line in search)
    if count < FEWEST_LINES or len(search) > LONGEST_SEARCH or len(replace) > LONGEST_SEARCH:
        return None
    best = _best(tuple(map(folding.folded, file)), tuple(map(folding.folded, search)))
    if best is None or isinstance(best, Miss):
        return best
    region = file[best.start : best.stop]
    base, theirs = places.refitted(region, search, replace, folding.folded)
    lines = merging.merge(base, region, theirs, key=folding.folded)
    if lines is None:
        return Miss("MERGE_CONFLICT", (best.start, best.stop))
    return Place(best.start, best.stop, lines, "fuzzy")


def _best(keys: Lines, wanted: Lines) -> _Window | Miss | None:
    windows = [_Window(similarity(keys[start:stop], wanted), start, stop) for start, stop in _candidates(keys, wanted)]
    good = sorted(
        (window for window in windows if window.score >= THRESHOLD),
        key=lambda window: (-window.score, abs(window.stop - window.start - len(wanted)), window.start),
    )
    if not good:
        return None
    best = good[0]
    rivals = [
        window.start
        for window in windows
        if window.score > best.score - MARGIN and (window.start >= best.stop or window.stop <= best.start)
    ]
    return Miss("AMBIGUOUS", (best.start, *rivals)) if rivals else best


def _candidates(keys: Lines, wanted: Lines) -> list[tuple[int, int]]:
    """Windows of about the right length with the right edges, those with most equal lines first."""
    slack = max(2, len(wanted) // 8)
    shortest, longest = max(1, len(wanted) - slack), len(wanted) + slack
    spans = [
        (start, stop)
        for start in _starts(keys, wanted)
        for stop in range(start + shortest, min(start + longest, len(keys)) + 1)
        if keys[stop - 1] == wanted[-1]
    ]
    if len(spans) <= MOST_WINDOWS:
        return spans
    counts = Counter(wanted)
    spans.sort(key=lambda span: -(Counter(keys[span[0] : span[1]]) & counts).total())
    return spans[:MOST_WINDOWS]


def _starts(keys: Lines, wanted: Lines) -> list[int]:
    """Where a window may begin. Of very many, those with most equal lines behind them; none if all are alike."""
    starts = [start for start, line in enumerate(keys) if line == wanted[0]]
    if len(starts) <= MOST_STARTS:
        return starts
    shared = _shared(keys, wanted)
    starts.sort(key=lambda start: (-shared[start], start))
    return [] if shared[starts[0]] == shared[starts[MOST_STARTS]] else starts[:MOST_STARTS]


def _shared(keys: Lines, wanted: Lines) -> list[int]:
    """How many lines each window of the search's length has in common with it; one pass over the file."""
    need, have, common = Counter(wanted), Counter[str](), 0
    counts: list[int] = []
    for entering in range(len(keys) + len(wanted) - 1):
        if entering < len(keys):
            have[keys[entering]] += 1
            common += have[keys[entering]] <= need[keys[entering]]
        leaving = entering - len(wanted)
        if leaving >= 0:
            common -= have[keys[leaving]] <= need[keys[leaving]]
            have[keys[leaving]] -= 1
        if leaving >= -1:
            counts.append(common)
    return counts


def similarity(one: Lines, other: Lines) -> float:
    """2 × matching characters ÷ all characters; equal lines first, the rest letter by letter."""
    if _line_pairs(one, other) > MOST_LINE_PAIRS:
        return 0.0
    matched, budget = 0, MOST_PAIRS
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            matched += _size(one[i1:i2])
        elif tag == "replace":
            left, right = "\n".join(one[i1:i2]), "\n".join(other[j1:j2])
            budget -= len(left) * len(right)
            matched += _common(left, right) + 1 if budget >= 0 else 0
    return 2 * matched / max(1, _size(one) + _size(other))


def _line_pairs(one: Lines, other: Lines) -> int:
    counts = Counter(other)
    return sum(count * counts[line] for line, count in Counter(one).items())


def _size(lines: Lines) -> int:
    return sum(len(line) + 1 for line in lines)


def _common(left: str, right: str) -> int:
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())
