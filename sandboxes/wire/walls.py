"""What boxes keep their programs from: the promises of the back ends, as they stand on this machine and in general."""

from dataclasses import dataclass

from sandboxes.backends import base, fences, promises
from sandboxes.backends.promises import PROMISES, Grade, Promise

__all__ = ["Grade", "Wall", "everywhere", "here"]

ROOTS, ANOTHERS = fences.DOUBLE, fences.SINGLE


@dataclass(frozen=True)
class Wall:
    cannot: str
    grade: Grade
    remark: str


def here(info: base.BackendInfo) -> list[Wall]:
    """Of the boxes that are made by this back end; none where it makes none."""
    if not info.available:
        return []
    fence = fences.best() if info.name == "process" else None
    return [_wall(each, promises.grade(each, fence=fence) if fence else Grade.HOLDS) for each in PROMISES]


def _wall(promise: Promise, grade: Grade) -> Wall:
    """Why it does not hold is told where it does not."""
    return Wall(promise.cannot, grade, "" if grade is Grade.HOLDS else promise.remark)


@dataclass(frozen=True)
class Row:
    cannot: str
    by_root: Grade
    by_another: Grade
    remark: str


def everywhere() -> list[Row]:
    """Boxes of namespaces on a machine that has what they need, by who runs Djinn; a container keeps all of it."""
    return [
        Row(
            each.cannot,
            promises.grade(each, fence=ROOTS, kernel=fences.COUNTS_WITHIN),
            promises.grade(each, fence=ANOTHERS, kernel=fences.COUNTS_WITHIN),
            each.remark or _needs(each),
        )
        for each in PROMISES
    ]


def _needs(promise: Promise) -> str:
    return f"Only where {promise.needs.value}; else it {_WORDS[promise.otherwise]}." if promise.needs else ""


_WORDS = {Grade.OPEN: "does not hold", Grade.WATCHED: "is watched"}
