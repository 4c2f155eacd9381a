"""A change set as people read it before they decide: its files, their parts, and what was decided about each.

Bounded: where a page has no more `Room`, files are named and not read, and so is a file past MOST_FILE bytes. What
was left out can be asked for by itself, and every file can be fetched as it is (`content`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from projects import errors
from projects.enums import ChangeSetState, Decision
from projects.models import Change, ChangeSet, Project
from projects.services import applying, comparing, review
from projects.store import blobs, diffs, hunks
from projects.store.hunks import Part
from projects.store.trees import Entry

# On one page: so many lines, so many bytes of them, and so many bytes read to find them.
MOST_LINES = 3000
MOST_BYTES = 512 * 1024
MOST_READ = comparing.MOST_READ
# A page shows a longer line as far as this many characters.
MOST_LINE = 1000
# So many clashes are chosen about one by one; the rest in one go.
MOST_CLASHES = 100

Side = Literal["before", "after"]


class Room:
    """What a page still has room for; `most_line`: the characters of a line that it shows."""

    def __init__(self, *, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES, most_line: int = -1) -> None:
        self._lines, self._bytes, self._read = most_lines, most_bytes, MOST_READ
        self._most_line = None if most_line < 0 else most_line

    @property
    def is_full(self) -> bool:
        return self._lines <= 0 or self._bytes <= 0

    def may_read(self, size: int) -> bool:
        """Before it is read: whether it is affordable, and it counts as read then."""
        if self.is_full or size > self._read:
            return False
        self._read -= size
        return True

    def cut(self, hunk: diffs.Hunk) -> diffs.Hunk:
        """As many of its lines as there is room for; where there is any, one more may be too long."""
        kept = list[diffs.Line]()
        for line in hunk.lines:
            if self.is_full:
                return hunk._replace(lines=tuple(kept))
            kept.append(line)
            self._lines -= 1
            self._bytes -= len(line.text[: self._most_line].encode())
        return hunk


@dataclass(frozen=True)
class PartShown:
    """One part of a file; without an id it cannot be decided about alone."""

    id: str
    decision: str
    hunk: diffs.Hunk


@dataclass(frozen=True)
class FileShown:
    """One staged path. `is_cut`: it has more parts than are shown. `is_long`: none are, it is too much; or, if
    `is_left_out`, too much after what stands before it."""

    path: str
    status: Literal["added", "changed", "deleted"]
    decision: str
    before: Entry | None
    after: Entry | None
    parts: tuple[PartShown, ...] = ()
    is_binary: bool = False
    is_long: bool = False
    is_cut: bool = False
    is_left_out: bool = False

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


@dataclass(frozen=True)
class ClashShown:
    """A path that both sides changed; a side that is None deleted it."""

    path: str
    why: str
    branch: comparing.Shown | None
    change: comparing.Shown | None


def listed(project: Project, *, state: str = "", branch: str = "") -> "QuerySet[ChangeSet]":
    """The newest first, with the number of their files and those of the versions they have to do with."""
    rows = ChangeSet.objects.filter(project=project).select_related("author")
    rows = rows.defer(*(f"author__{name}" for name in _UNSHOWN))
    if state:
        rows = rows.filter(state=state)
    if branch:
        rows = rows.filter(branch_name=branch)
    numbers = {"base_number": F("base__number"), "merged": F("merges__number"), "became": F("applied_as__number")}
    # Counted for the rows that are shown: a join would count for all of the project before it sorts them.
    of_one = Change.objects.filter(changeset=OuterRef("pk")).order_by().values("changeset")
    count = Coalesce(Subquery(of_one.annotate(number=Count("pk")).values("number")), 0)
    return rows.annotate(**numbers, count=count).order_by("-created_at", "-id")


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


def files(changeset: ChangeSet, rows: Iterable[Change], *, room: Room | None = None) -> Iterator[FileShown]:
    """Each of these rows with as many of its lines as there is room for."""
    base, room = applying.tree_of(changeset.base_id), room or Room()
    for row in rows:
        yield _file(row, base.get(row.path), room)


def _file(row: Change, before: Entry | None, room: Room) -> FileShown:
    after = Entry(row.after.sha256, row.after.size, row.executable) if row.after else None
    status: Literal["added", "changed", "deleted"] = "changed"
    if before is None or after is None:
        status = "added" if before is None else "deleted"
    sides = [entry for entry in (before, after) if entry]
    if any(entry.size > comparing.MOST_FILE for entry in sides):
        return FileShown(row.path, status, row.decision, before, after, is_long=True)
    if not room.may_read(sum(entry.size for entry in sides)):
        return FileShown(row.path, status, row.decision, before, after, is_long=True, is_left_out=True)
    old, new = (blobs.get(entry.sha256) if entry else None for entry in (before, after))
    if diffs.text_of(old) is None or diffs.text_of(new) is None:
        return FileShown(row.path, status, row.decision, before, after, is_binary=True)
    found = _parts(old, new)
    kept = tuple(_cut(found, room, row))
    is_cut = _count(part.hunk for part in kept) < _count(part.hunk for part in found)
    return FileShown(row.path, status, row.decision, before, after, kept, is_cut=is_cut)


def _parts(old: bytes | None, new: bytes | None) -> list[Part]:
    """What can be decided alone has a name; the lines of a file that came or went have none."""
    if old is not None and new is not None:
        return hunks.parts(old, new)
    return [Part("", hunk) for hunk in diffs.hunks(diffs.text_of(old) or "", diffs.text_of(new) or "")]


def _cut(parts: Iterable[Part], room: Room, row: Change) -> Iterator[PartShown]:
    for part in parts:
        if room.is_full:
            return
        yield PartShown(part.id, row.hunks.get(part.id, row.decision), room.cut(part.hunk))


def content(changeset: ChangeSet, path: str, side: Side) -> bytes:
    """A staged file as it was, or as it becomes."""
    row = rows_of(changeset).filter(path=path).first()
    if row is None:
        raise errors.MissingFile(path)
    before = applying.tree_of(changeset.base_id).get(path)
    sha256 = row.after_id if side == "after" else before.sha256 if before else None
    if sha256 is None:
        raise errors.MissingFile(path)
    return blobs.get(sha256)


def clashes(found: Sequence[review.Clash], room: Room) -> Iterator[ClashShown]:
    """With both sides of each, as what they made of where they began."""
    for one in found:
        yield ClashShown(one.path, one.why, *(_side(one, entry, room) for entry in (one.branch, one.change)))


def _side(clash: review.Clash, entry: Entry | None, room: Room) -> comparing.Shown | None:
    if entry is None:
        return None
    file = comparing.File(clash.path, "changed", clash.base, entry)
    sides = [one for one in (clash.base, entry) if one]
    if not room.may_read(sum(one.size for one in sides)):
        return comparing.Shown(replace(file, is_long=True), ())
    whole = comparing.show(file)
    kept = tuple(room.cut(hunk) for hunk in whole.hunks if not room.is_full)
    return replace(whole, hunks=kept, is_cut=whole.is_cut or _count(kept) < _count(whole.hunks))


def _count(found: Iterable[diffs.Hunk]) -> int:
    return sum(len(hunk.lines) for hunk in found)


def tally(changeset: ChangeSet) -> dict[str, int]:
    """How many files were approved, turned down, or are decided in part or not at all."""
    counts = dict.fromkeys(Decision.values, 0)
    rows = Change.objects.filter(changeset=changeset).values_list("decision", "hunks")
    for decision, decided in rows:
        counts[Decision.APPROVED if Decision.APPROVED in decided.values() else decision] += 1
    return counts
