"""What came from what, by the numbers of versions: a parent's number is always the lower one. Pure."""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

Name = TypeVar("Name", int, UUID)
# Number → numbers of its parents.
Parents = Mapping[int, Iterable[int]]


def ancestors(parents: Mapping[Name, Iterable[Name]], number: Name | None) -> set[Name]:
    """The version itself and all it came from, by whichever name versions have there."""
    found: set[Name] = set()
    waiting = [] if number is None else [number]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += parents.get(at, ())
    return found


def bases(parents: Parents, one: int | None, other: int | None) -> list[int]:
    """The common ancestors that no other common ancestor came from, newest first.

    There are several where two lines were merged into each other crosswise.
    """
    common = ancestors(parents, one) & ancestors(parents, other)
    best: list[int] = []
    older: set[int] = set()
    for number in sorted(common, reverse=True):
        if number not in older:
            best.append(number)
            older |= ancestors(parents, number)
    return best


def apart(parents: Parents, one: int | None, other: int | None) -> tuple[int, int]:
    """How many versions the one has that the other lacks, and the other way round."""
    mine, theirs = ancestors(parents, one), ancestors(parents, other)
    return len(mine - theirs), len(theirs - mine)
