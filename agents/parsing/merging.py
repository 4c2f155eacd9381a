"""Three-way merge of a few lines: what the model saw, what is there, what it wants.

Changes to different lines merge even when they touch; the same line changed in two ways does not.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Lines start to stop of the base become `lines`."""

    start: int
    stop: int
    lines: tuple[str, ...]


def merge(
    base: tuple[str, ...],
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    *,
    key: Callable[[str], str],
) -> tuple[str, ...] | None:
    """The merged lines, or None where both changed the same line.

    `key` says which lines of base and ours count as the same: ours are kept.
    """
    mine = _changes(tuple(map(key, base)), tuple(map(key, ours)), ours)
    wanted = _changes(base, theirs, theirs)
    kept = _aligned(tuple(map(key, base)), tuple(map(key, ours)), ours, base)
    both = sorted({*mine, *wanted}, key=lambda change: (change.start, change.stop))
    if any(_collide(one, other) for one in mine for other in wanted):
        return None
    return _written(kept, both)


def _changes(base: tuple[str, ...], side: tuple[str, ...], lines: tuple[str, ...]) -> list[Change]:
    matcher = difflib.SequenceMatcher(None, base, side, autojunk=False)
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "replace" and i2 - i1 == j2 - j1:
            # Line by line, so that two changes of neighbours do not meet.
            found += [Change(i1 + step, i1 + step + 1, lines[j1 + step : j1 + step + 1]) for step in range(i2 - i1)]
        elif tag != "equal":
            found.append(Change(i1, i2, lines[j1:j2]))
    return found


def _aligned(
    base_keys: tuple[str, ...],
    our_keys: tuple[str, ...],
    ours: tuple[str, ...],
    base: tuple[str, ...],
) -> list[str]:
    """The base with our spelling of the lines that count as the same."""
    kept = list(base)
    matcher = difflib.SequenceMatcher(None, base_keys, our_keys, autojunk=False)
    for start, other, size in matcher.get_matching_blocks():
        kept[start : start + size] = ours[other : other + size]
    return kept


def _collide(one: Change, other: Change) -> bool:
    if one == other:
        return False
    if one.start == one.stop and other.start == other.stop:
        return one.start == other.start
    return one.start < other.stop and other.start < one.stop


def _written(base: list[str], changes: list[Change]) -> tuple[str, ...]:
    lines: list[str] = []
    position = 0
    for change in changes:
        lines += base[position : change.start]
        lines += change.lines
        position = change.stop
    return tuple(lines + base[position:])
