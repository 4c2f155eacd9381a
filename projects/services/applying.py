"""What applying a change set will write, worked out without a lock. `changesets.apply` uses it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from projects import errors
from projects.enums import Decision
from projects.events import ChangedFile
from projects.models import Change, ChangeSet, Version
from projects.store import blobs, diffs, merge, trees
from projects.store.trees import Entry, Manifest

MOST_FILE = 5 * 1024 * 1024
MOST_TREE = 200 * 1024 * 1024
MOST_FILES = 5000
# An event names this many files; its counts are about all.
MOST_LISTED = 100
# Lines are counted in at most this many bytes per apply.
MOST_COUNTED = 4 * 1024 * 1024


@dataclass(frozen=True)
class Summary:
    files: list[ChangedFile]
    count: int
    added: int
    removed: int


@dataclass(frozen=True)
class Plan:
    """The tree to be, made over `head_id` from `changes`; both are compared again under the lock."""

    head_id: UUID | None
    changes: dict[str, Entry | None]
    tree: Manifest
    differences: list[trees.Difference]
    summary: Summary


def changes_of(changeset: ChangeSet) -> dict[str, Entry | None]:
    """What is staged and not turned down, by path."""
    rows = Change.objects.filter(changeset=changeset).exclude(decision=Decision.REJECTED)
    changes = rows.select_related("after").defer("after__content")
    return {change.path: _entry(change) for change in changes}


def _entry(change: Change) -> Entry | None:
    blob = change.after
    return None if blob is None else Entry(blob.sha256, blob.size, change.executable)


def tree_of(version: Version | None) -> Manifest:
    return trees.load(version.manifest) if version else {}


def plan(changeset: ChangeSet) -> Plan:
    """Read the head, join the changes with it, keep new contents, check the outcome."""
    fresh = ChangeSet.objects.select_related("base", "branch__head").get(pk=changeset.pk)
    changes = changes_of(fresh)
    head = tree_of(fresh.branch.head)
    base = head if fresh.base_id == fresh.branch.head_id else tree_of(fresh.base)
    ours = trees.overlay(base, changes)
    tree = ours if fresh.base_id == fresh.branch.head_id else _joined(base, head, ours)
    check(tree)
    differences = trees.diff(head, tree)
    return Plan(fresh.branch.head_id, changes, tree, differences, summarise(differences))


def _joined(base: Manifest, head: Manifest, ours: Manifest) -> Manifest:
    result = merge.merge(base, head, ours, lambda entry: blobs.get(entry.sha256))
    if result.conflicts:
        raise errors.Conflict(result.conflicts)
    joined = {
        path: Entry(blobs.put(new.content).sha256, len(new.content), new.executable)
        for path, new in result.joined.items()
    }
    tree = {**result.tree, **joined}
    try:
        trees.check_tree(tree)
    except errors.BadPath as clash:
        # Each side's names were fine alone, so it is a conflict of names.
        raise errors.Conflict([clash.path]) from clash
    return tree


def check(tree: Manifest) -> None:
    if len(tree) > MOST_FILES:
        raise errors.TooLarge(f"A project has at most {MOST_FILES} files.")
    if trees.total_size(tree) > MOST_TREE:
        raise errors.TooLarge(f"A project has at most {MOST_TREE // 1024**2} MB of files.")


def summarise(differences: list[trees.Difference]) -> Summary:
    """Counts of lines per file, for as many bytes as is quick to compare."""
    files: list[ChangedFile] = []
    left = MOST_COUNTED
    for path, before, after in differences:
        left -= (before.size if before else 0) + (after.size if after else 0)
        counted = _count(before, after) if left >= 0 else diffs.Stats(0, 0)
        files.append({"path": path, "change": _word(before, after), "added": counted[0], "removed": counted[1]})
    added, removed = sum(file["added"] for file in files), sum(file["removed"] for file in files)
    return Summary(files[:MOST_LISTED], len(files), added, removed)


def _word(before: Entry | None, after: Entry | None) -> Literal["added", "changed", "deleted"]:
    if before is None:
        return "added"
    return "changed" if after else "deleted"


def _count(before: Entry | None, after: Entry | None) -> diffs.Stats:
    old = blobs.get(before.sha256) if before else None
    return diffs.stats(old, blobs.get(after.sha256) if after else None)
