"""A change set as people read it before they decide: its files, their parts, and what was decided about each.

Bounded: past MOST_LINES lines files are named and not read, and so is a file past MOST_FILE bytes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Count, F, QuerySet

from projects import errors
from projects.enums import ChangeSetState, Decision
from projects.models import Change, ChangeSet, Project
from projects.services import applying, comparing
from projects.store import blobs, diffs, hunks
from projects.store.hunks import Part
from projects.store.trees import Entry

MOST_LINES = 3000


@dataclass(frozen=True)
class PartShown:
    """One part of a file; without an id it cannot be decided about alone."""

    id: str
    decision: str
    hunk: diffs.Hunk


@dataclass(frozen=True)
class FileShown:
    """One staged path. `is_cut`: it has more parts than are shown. `is_long`: none are, it is too much."""

    path: str
    status: Literal["added", "changed", "deleted"]
    decision: str
    before: Entry | None
    after: Entry | None
    parts: tuple[PartShown, ...] = ()
    is_binary: bool = False
    is_long: bool = False
    is_cut: bool = False

    @property
    def added(self) -> int:
        return self._count("+")

    @property
    def removed(self) -> int:
        return self._count("-")

    def _count(self, sign: str) -> int:
        return sum(line.sign == sign for part in self.parts for line in part.hunk.lines)

    @property
    def is_mixed(self) -> bool:
        """Its parts were not all decided alike."""
        return any(part.decision != self.decision for part in self.parts)

    @property
    def has_new_mode(self) -> bool:
        return self.before is not None and self.after is not None and self.before.executable != self.after.executable


def listed(project: Project, *, state: str = "", branch: str = "") -> "QuerySet[ChangeSet]":
    """The newest first, with the number of their files and those of the versions they have to do with."""
    rows = ChangeSet.objects.filter(project=project).select_related("author")
    rows = rows.defer(*(f"author__{name}" for name in _UNSHOWN))
    if state:
        rows = rows.filter(state=state)
    if branch:
        rows = rows.filter(branch_name=branch)
    numbers = {"base_number": F("base__number"), "merged": F("merges__number"), "became": F("applied_as__number")}
    return rows.annotate(**numbers, count=Count("changes")).order_by("-created_at", "-id")


# Of a person only the name is.
_UNSHOWN = ("password", "last_login", "is_superuser", "is_staff", "is_active", "date_joined")


def find(project: Project, changeset_id: UUID) -> ChangeSet:
    found = listed(project).filter(pk=changeset_id).first()
    if found is None:
        raise errors.Missing("There is no such change.")
    return found


def count_open(project: Project) -> int:
    return ChangeSet.objects.filter(project=project, state=ChangeSetState.OPEN).count()


def rows_of(changeset: ChangeSet) -> "QuerySet[Change]":
    return Change.objects.filter(changeset=changeset).select_related("after").defer("after__content").order_by("path")


def files(changeset: ChangeSet, rows: Iterable[Change], *, most_lines: int = MOST_LINES) -> Iterator[FileShown]:
    """Each of these rows with as many of its lines as are left to show."""
    base = applying.tree_of(changeset.base_id)
    left = most_lines
    for row in rows:
        shown = _file(row, base.get(row.path), left)
        left -= sum(len(part.hunk.lines) for part in shown.parts)
        yield shown


def _file(row: Change, before: Entry | None, left: int) -> FileShown:
    after = Entry(row.after.sha256, row.after.size, row.executable) if row.after else None
    status: Literal["added", "changed", "deleted"] = "changed"
    if before is None or after is None:
        status = "added" if before is None else "deleted"
    sides = [entry for entry in (before, after) if entry]
    is_long = left <= 0 or any(entry.size > comparing.MOST_FILE for entry in sides)
    if is_long:
        return FileShown(row.path, status, row.decision, before, after, is_long=True)
    old, new = (blobs.get(entry.sha256) if entry else None for entry in (before, after))
    if diffs.text_of(old) is None or diffs.text_of(new) is None:
        return FileShown(row.path, status, row.decision, before, after, is_binary=True)
    found = _parts(old, new)
    kept = tuple(_cut(found, left, row))
    is_cut = len(kept) < len(found) or sum(len(part.hunk.lines) for part in kept) < sum(
        len(part.hunk.lines) for part in found
    )
    return FileShown(row.path, status, row.decision, before, after, kept, is_cut=is_cut)


def _parts(old: bytes | None, new: bytes | None) -> list[Part]:
    """What can be decided alone has a name; the lines of a file that came or went have none."""
    if old is not None and new is not None:
        return hunks.parts(old, new)
    return [Part("", hunk) for hunk in diffs.hunks(diffs.text_of(old) or "", diffs.text_of(new) or "")]


def _cut(parts: Iterable[Part], left: int, row: Change) -> Iterator[PartShown]:
    for part in parts:
        if left <= 0:
            return
        hunk = part.hunk if len(part.hunk.lines) <= left else part.hunk._replace(lines=part.hunk.lines[:left])
        yield PartShown(part.id, row.hunks.get(part.id, row.decision), hunk)
        left -= len(part.hunk.lines)


def tally(changeset: ChangeSet) -> dict[str, int]:
    """How many files were approved, turned down, or are decided in part or not at all."""
    counts = dict.fromkeys(Decision.values, 0)
    rows = Change.objects.filter(changeset=changeset).values_list("decision", "hunks")
    for decision, decided in rows:
        counts[Decision.APPROVED if Decision.APPROVED in decided.values() else decision] += 1
    return counts
