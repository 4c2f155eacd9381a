"""Many files into one change set, in one go. Who calls holds the change set, in a transaction.

What is slow (hashing, compressing) happens in `pack`, before anything is locked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import F

from projects import errors
from projects.enums import Decision
from projects.models import Blob, Change, ChangeSet
from projects.services import applying
from projects.services.choosing import Decided
from projects.store import blobs, trees
from projects.store.trees import Entry, Manifest

_ROWS = 500


class Content(NamedTuple):
    """What a file is to hold; `executable` None: whether it may be executed stays as it is when this is written."""

    data: bytes
    executable: bool | None = False


@dataclass(frozen=True)
class Packed:
    """What is to become of each path, the contents that may be new, and the paths whose modes stay as they are."""

    entries: dict[str, Entry | None] = field(default_factory=dict)
    fresh: dict[str, Blob] = field(default_factory=dict)
    same_mode: set[str] = field(default_factory=set)

    def over(self, tree: Manifest) -> dict[str, Entry | None]:
        """Written over this tree."""
        return {path: self._over(tree.get(path), path, entry) for path, entry in self.entries.items()}

    def _over(self, before: Entry | None, path: str, entry: Entry | None) -> Entry | None:
        if entry is None or before is None or path not in self.same_mode:
            return entry
        return entry._replace(executable=before.executable)


def pack(changes: Iterable[tuple[str, Content | None]]) -> Packed:
    """Take each as it comes, so that no more than one stands unpacked in memory; the last of a path wins."""
    packed = Packed()
    for path, content in changes:
        applying.check_content(path, content.data if content else None)
        packed.entries[path] = None if content is None else _pack_one(packed, content)
        packed.same_mode.discard(path)
        if content is not None and content.executable is None:
            packed.same_mode.add(path)
        if len(packed.entries) > 2 * applying.MOST_FILES:
            raise errors.TooLarge(f"A project has at most {applying.MOST_FILES} files.")
    return packed


def _pack_one(packed: Packed, content: Content) -> Entry:
    blob = blobs.pack(content.data)
    packed.fresh.setdefault(blob.sha256, blob)
    return Entry(blob.sha256, blob.size, bool(content.executable))


def put(changeset: ChangeSet, packed: Packed, *, expected: Mapping[str, str] | None = None) -> list[Change]:
    """Stage all of it; what the tree cannot take is refused before anything is written."""
    working = applying.working_tree(changeset)
    applying.check_expected(expected or {}, working)
    entries = packed.over(working)
    check(entries, working)
    blobs.keep_all(packed.fresh.values())
    ChangeSet.objects.filter(pk=changeset.pk).update(revision=F("revision") + 1)
    return Change.objects.bulk_create(
        _rows(changeset, entries),
        batch_size=_ROWS,
        update_conflicts=True,
        unique_fields=["changeset", "path"],
        update_fields=["before", "after", "executable", "decision", "hunks", "staged_at"],
    )


def check(entries: Mapping[str, Entry | None], working: Manifest) -> None:
    """As `applying.check_staged`, for all at once: only the outcome counts, so names may change places."""
    for path, entry in entries.items():
        trees.check_path(path)
        if entry is None and path not in working:
            raise errors.MissingFile(path)
    if len(entries) == 1:
        # The same rules at less cost, and it is clear which of two names is the new one.
        for path, entry in entries.items():
            applying.check_staged(path, entry, working)
        return
    tree = trees.overlay(working, entries)
    if any(path not in working for path in entries):
        trees.check_tree(tree)
    applying.check(tree)


def _rows(changeset: ChangeSet, entries: Mapping[str, Entry | None]) -> Iterator[Change]:
    base = applying.tree_of(changeset.base_id)
    for path, entry in entries.items():
        before = base.get(path)
        yield Change(
            changeset=changeset,
            path=path,
            before_id=before.sha256 if before else None,
            after_id=entry.sha256 if entry else None,
            executable=entry is not None and entry.executable,
            # What was decided was decided about the content before.
            decision=Decision.UNDECIDED,
        )


def put_changes(
    changeset: ChangeSet, differences: Iterable[trees.Difference], *, decided: Mapping[str, Decided] | None = None
) -> None:
    """What one tree is beside another, staged at once into a change set that nobody else knows yet."""
    carried = decided or {}
    rows = [
        Change(
            changeset=changeset,
            path=path,
            before_id=before.sha256 if before else None,
            after_id=after.sha256 if after else None,
            executable=after is not None and after.executable,
            **(carried[path]._asdict() if path in carried else {}),
        )
        for path, before, after in differences
    ]
    Change.objects.bulk_create(rows, batch_size=_ROWS)
