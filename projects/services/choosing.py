"""Which staged parts an apply takes, which wait for a decision, and which are dropped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from projects import errors
from projects.enums import Decision
from projects.models import Change
from projects.store import blobs, hunks
from projects.store.trees import Difference, Entry

Changes = dict[str, Entry | None]


class Staged(NamedTuple):
    """One staged path with what was decided about it."""

    path: str
    before: str | None
    after: Entry | None
    decision: str
    # {id of a part: approved or rejected}; a part that is not named goes with its file.
    hunks: dict[str, str]

    def content(self, undecided: str) -> Entry | None:
        """What it comes to, if parts without a decision count as this."""
        if not self.hunks or self.before is None or self.after is None:
            return self.after
        before, after = blobs.get(self.before), blobs.get(self.after.sha256)
        content = hunks.select(before, after, self.hunks, undecided=self._default(undecided))
        if content is None or content == after:
            return self.after
        kept = blobs.put(content)
        return Entry(kept.sha256, kept.size, self.after.executable)

    def _default(self, undecided: str) -> str:
        return undecided if self.decision == Decision.UNDECIDED else self.decision

    @property
    def has_approved(self) -> bool:
        return self.decision == Decision.APPROVED or Decision.APPROVED in self.hunks.values()

    @property
    def is_dropped(self) -> bool:
        return self.decision == Decision.REJECTED and not self.has_approved


@dataclass(frozen=True)
class Pick:
    """Exactly these files, and these parts of files."""

    paths: frozenset[str] = frozenset()
    hunks: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Decided(NamedTuple):
    """About a file, and about parts of it."""

    decision: str
    hunks: dict[str, str]


class Choice(NamedTuple):
    """`taken` becomes the version; `left` is what the files of it would be with all that waits."""

    taken: Changes
    left: Changes


def staged(changeset_id: UUID) -> list[Staged]:
    rows = Change.objects.filter(changeset=changeset_id).order_by("path")
    columns = ("path", "before_id", "after_id", "after__size", "executable", "decision", "hunks")
    return [
        Staged(path, before, Entry(after, size, executable) if after else None, decision, decided)
        for path, before, after, size, executable, decision, decided in rows.values_list(*columns)
    ]


def wanted(rows: Sequence[Staged]) -> Changes:
    """Everything that was not turned down: the change as its author sees it."""
    return {row.path: row.content(Decision.APPROVED) for row in rows if not row.is_dropped}


def choose(rows: Sequence[Staged], pick: Pick | None = None) -> Choice:
    """With approvals only what was approved, and the rest waits; without any all that was not turned down."""
    if pick is not None:
        rows = _picked(rows, pick)
    if not any(row.has_approved for row in rows):
        return Choice(wanted(rows), {})
    taken = {row.path: row.content(Decision.REJECTED) for row in rows if row.has_approved}
    everything = wanted(rows)
    waiting = {row.path for row in rows if row.decision == Decision.UNDECIDED}
    left = {path: everything[path] for path in waiting if path not in taken or taken[path] != everything[path]}
    return Choice(taken, left)


def _picked(rows: Sequence[Staged], pick: Pick) -> list[Staged]:
    """As if exactly this had been approved; what was turned down stays so."""
    known = {row.path for row in rows}
    for path in sorted((pick.paths | pick.hunks.keys()) - known):
        raise errors.MissingFile(path)
    if not pick.paths and not any(pick.hunks.values()):
        raise errors.Empty("Nothing was chosen.")
    return [_decided(row, pick) for row in rows]


def _decided(row: Staged, pick: Pick) -> Staged:
    if row.path in pick.paths:
        return row._replace(decision=Decision.APPROVED, hunks={})
    chosen = pick.hunks.get(row.path, frozenset())
    for name in sorted(chosen - {part.id for part in parts_of(row.before, row.after)}):
        raise errors.MissingPart(row.path, name)
    turned_down = {name: Decision.REJECTED.value for name, word in row.hunks.items() if word == Decision.REJECTED}
    decision = Decision.UNDECIDED if row.decision == Decision.APPROVED else row.decision
    return row._replace(decision=decision, hunks={**turned_down, **dict.fromkeys(chosen, Decision.APPROVED.value)})


def carried(rows: Iterable[Staged], differences: Iterable[Difference]) -> dict[str, Decided]:
    """By path what was decided about contents that are staged anew just so."""
    earlier = {row.path: row for row in rows}
    return {
        one.path: _carried(row, one)
        for one in differences
        if (row := earlier.get(one.path)) is not None and row.after == one.after
    }


def _carried(row: Staged, one: Difference) -> Decided:
    there = {part.id for part in parts_of(one.before.sha256 if one.before else None, one.after)} if row.hunks else set()
    return Decided(row.decision, {name: word for name, word in row.hunks.items() if name in there})


def parts_of(before: str | None, after: Entry | None) -> list[hunks.Part]:
    """The parts of a staged file that can be decided about one by one."""
    if before is None or after is None:
        return []
    return hunks.parts(blobs.get(before), blobs.get(after.sha256))
