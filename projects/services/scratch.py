"""A change set that nobody else ever sees: the same rules, kept in memory, gone with whoever made it.

It writes no row, so it touches neither branch nor feed, and any number may be under way.
"""

import hashlib

from projects.models import Change, ChangeSet
from projects.services import applying
from projects.store import blobs, trees
from projects.store.trees import Entry, Manifest


class Scratch:
    def __init__(self, base: Manifest) -> None:
        self._tree = dict(base)
        self._fresh: dict[str, bytes] = {}

    def manifest(self) -> Manifest:
        return self._tree

    def stage(self, path: str, content: bytes | None, *, executable: bool = False) -> None:
        """As `changesets.stage`."""
        applying.check_content(path, content)
        entry = None if content is None else Entry(hashlib.sha256(content).hexdigest(), len(content), executable)
        applying.check_staged(path, entry, self._tree)
        self._tree = trees.overlay(self._tree, {path: entry})
        self._fresh.pop(path, None)
        if content is not None:
            self._fresh[path] = content

    def read(self, path: str) -> bytes:
        fresh = self._fresh.get(path)
        return blobs.get(self._tree[path].sha256) if fresh is None else fresh


def base_of(changeset: ChangeSet | None) -> Manifest:
    return applying.tree_of(changeset.base_id) if changeset else {}


def staged(changeset: ChangeSet | None) -> Manifest:
    """The tree its author made, whatever was decided about it and whatever it was joined with later."""
    rows = Change.objects.filter(changeset=changeset).values_list("path", "after_id", "after__size", "executable")
    changes = {path: Entry(sha256, size, executable) if sha256 else None for path, sha256, size, executable in rows}
    return trees.overlay(base_of(changeset), changes)
