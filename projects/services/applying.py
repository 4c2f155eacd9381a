"""What applying a change set will write, worked out without a lock. `changesets.plans` uses it."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from projects import errors
from projects.events import ChangedFile
from projects.models import Branch, ChangeSet, Version
from projects.services import choosing
from projects.services.choosing import Changes, Decided, Pick, Staged
from projects.store import blobs, diffs, merge, trees
from projects.store.effort import MOST_TOGETHER, Effort
from projects.store.trees import Entry, Manifest

MOST_FILE = 5 * 1024 * 1024
MOST_TREE = 200 * 1024 * 1024
MOST_FILES = 5000
# An event names this many files; its counts are about all.
MOST_LISTED = 100
# Lines are counted in at most this many bytes per apply.
MOST_COUNTED = 4 * 1024 * 1024
# So many trees are kept in memory; the largest takes about 2 MB.
KEPT_TREES = 16
_trees: OrderedDict[UUID, Manifest] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Summary:
    files: list[ChangedFile]
    count: int
    added: int
    removed: int


@dataclass(frozen=True)
class Plan:
    """The tree to be, made over `head_id` from what is staged; both are compared again under the lock."""

    head_id: UUID | None
    staged: list[Staged]
    tree: Manifest
    differences: list[trees.Difference]
    summary: Summary
    rest: "Rest | None" = None
    pick: Pick | None = None


@dataclass(frozen=True)
class Rest:
    """What waits for a decision and goes on in a change set of its own."""

    changes: list[trees.Difference]
    # Others touched the same lines: it keeps standing over the old base.
    is_over_old_base: bool
    decided: Mapping[str, Decided]


# For a set that is applied already: writing it finds that out first.
NOTHING = Plan(None, [], {}, [], Summary([], 0, 0, 0))


def changes_of(changeset_id: UUID) -> Changes:
    """What is staged and not turned down, by path."""
    return choosing.wanted(choosing.staged(changeset_id))


def tree_of(version_id: UUID | None) -> Manifest:
    """The tree of a version; no version, no files."""
    return dict(_tree(version_id)) if version_id else {}


def _tree(version_id: UUID) -> Manifest:
    """A version never changes, so its tree is fetched and parsed once."""
    with _lock:
        if version_id in _trees:
            _trees.move_to_end(version_id)
            return _trees[version_id]
    stored = Version.objects.values_list("manifest", flat=True).get(pk=version_id)
    tree = trees.load(stored)
    remember(version_id, tree)
    return tree


def remember(version_id: UUID, tree: Manifest) -> None:
    """Who makes a version knows its tree: the next reader need not parse it."""
    with _lock:
        _trees[version_id] = tree
        while len(_trees) > KEPT_TREES:
            _trees.popitem(last=False)


def working_tree(changeset: ChangeSet) -> Manifest:
    """The base with what is staged over it."""
    return trees.overlay(tree_of(changeset.base_id), changes_of(changeset.pk))


def check_content(path: str, content: bytes | None) -> None:
    """Refuse what no tree could take."""
    trees.check_path(path)
    if content is not None and len(content) > MOST_FILE:
        raise errors.TooLarge(f"{path} is larger than {MOST_FILE // 1024**2} MB.")


def check_staged(path: str, entry: Entry | None, working: Manifest) -> None:
    """Refuse a change that the tree so far cannot take."""
    if entry is None:
        if path not in working:
            raise errors.MissingFile(path)
        return
    if path not in working:
        trees.check_addition(path, working)
    check({**working, path: entry})


def plan(
    changeset: ChangeSet,
    *,
    expected: Mapping[str, str] | None = None,
    pick: Pick | None = None,
    seen: int | None = None,
) -> Plan:
    """Read the head, join the changes with it, keep new contents, check the outcome."""
    fresh = ChangeSet.objects.only("base_id", "branch_id", "branch_name").get(pk=changeset.pk)
    base_id, head_id = fresh.base_id, branch_of(fresh).head_id
    staged = choosing.staged(changeset.pk)
    # Asked after they were read, so these are no newer than what was seen.
    check_seen(changeset, seen)
    choice = choosing.choose(staged, pick)
    head, base = tree_of(head_id), tree_of(base_id)
    check_expected(expected or {}, head)
    ours = trees.overlay(base, choice.taken)
    tree = ours if base_id == head_id else joined(base, head, ours)
    check(tree)
    # What was staged fitted together; some of it alone may not.
    if tree.keys() - head.keys():
        trees.check_tree(tree)
    differences = trees.diff(head, tree)
    rest = _rest(base, ours, tree, choice.left, staged) if choice.left else None
    return Plan(head_id, staged, tree, differences, summarise(differences), rest, pick)


def branch_of(changeset: ChangeSet) -> Branch:
    """Where it would be applied, as it is now; its head without a tree."""
    rows = Branch.objects.select_related("head").defer("head__manifest", "head__raw_commit")
    branch = rows.filter(changesets=changeset).first()
    if branch is None:
        raise without_branch(changeset)
    return branch


def without_branch(changeset: ChangeSet) -> errors.Closed:
    """A change set outlives its branch, and then nothing more becomes of it."""
    return errors.Closed(f"The branch {changeset.branch_name!r} was deleted, so this change is closed.")


def check_seen(changeset: ChangeSet, seen: int | None) -> None:
    """Refuse if something was staged since somebody looked."""
    revision = ChangeSet.objects.values_list("revision", flat=True).get(pk=changeset.pk)
    if seen is not None and seen != revision:
        raise errors.Restaged(revision)


def check_expected(expected: Mapping[str, str], tree: Manifest) -> None:
    """Refuse if a file is not what its writer saw; an empty hash says that it saw none."""
    for path, seen in sorted(expected.items()):
        current = tree[path].sha256 if path in tree else ""
        if seen != current:
            raise errors.Stale(path, current, seen)


def _rest(base: Manifest, ours: Manifest, tree: Manifest, left: Changes, staged: list[Staged]) -> Rest:
    wanted = trees.overlay(ours, left)
    try:
        changes = trees.diff(tree, joined(ours, tree, wanted))
    except errors.Conflict:
        # Over the old base it holds what was taken, too: the decisions about that are spent, and all are asked anew.
        return Rest(trees.diff(base, wanted), is_over_old_base=True, decided={})
    waiting = (row for row in staged if tree.get(row.path) != row.after)
    return Rest(changes, is_over_old_base=False, decided=choosing.carried(waiting, changes))


def joined(base: Manifest, head: Manifest, ours: Manifest) -> Manifest:
    """What both made of the base; new contents are kept."""
    result = merge.merge(base, head, ours, lambda entry: blobs.get(entry.sha256), blobs.get_many)
    if result.conflicts:
        raise errors.Conflict(result.conflicts, {clash.path: clash.kind for clash in result.clashes})
    kept = blobs.put_all(new.content for new in result.joined.values())
    fresh = {
        path: Entry(blob.sha256, blob.size, new.executable)
        for blob, (path, new) in zip(kept, result.joined.items(), strict=True)
    }
    return {**result.tree, **fresh}


def check(tree: Manifest) -> None:
    if len(tree) > MOST_FILES:
        raise errors.TooLarge(f"A project has at most {MOST_FILES} files.")
    if trees.total_size(tree) > MOST_TREE:
        raise errors.TooLarge(f"A project has at most {MOST_TREE // 1024**2} MB of files.")


def summarise(differences: list[trees.Difference]) -> Summary:
    """Counts of lines per file, for as many bytes as is quick to compare."""
    counted = _counted(differences)
    files: list[ChangedFile] = []
    for path, before, after in differences:
        added, removed = counted.get(path, diffs.Stats(0, 0))
        files.append({"path": path, "change": _word(before, after), "added": added, "removed": removed})
    added, removed = sum(file["added"] for file in files), sum(file["removed"] for file in files)
    return Summary(files[:MOST_LISTED], len(files), added, removed)


def _counted(differences: list[trees.Difference]) -> dict[str, diffs.Stats]:
    """Of the first few megabytes; contents are read many at a time."""
    left, some = MOST_COUNTED, list[trees.Difference]()
    for one in differences:
        left -= sum(entry.size for entry in one[1:] if entry)
        if left < 0:
            break
        some.append(one)
    wanted = {entry.sha256 for one in some for entry in one[1:] if entry}
    contents = dict(blobs.get_many(sorted(wanted)))
    effort = Effort(MOST_TOGETHER)
    counted = {}
    for path, before, after in some:
        sides = (contents[before.sha256] if before else None, contents[after.sha256] if after else None)
        counted[path] = diffs.stats(*sides, effort.part())
    return counted


def _word(before: Entry | None, after: Entry | None) -> Literal["added", "changed", "deleted"]:
    if before is None:
        return "added"
    return "changed" if after else "deleted"
