"""What one side of a merge renamed, as far as it matters to the other. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from projects.store import renames, trees
from projects.store.renames import Fetch
from projects.store.trees import Entry


class Moves(NamedTuple):
    """Old paths with their new ones; what the other side put into folders that this one moved away.

    `doubtful`: what the other side changed and nobody can say where it went, with the places it may have gone to.
    """

    new: dict[str, str]
    into_folders: frozenset[str]
    doubtful: dict[str, set[str]]


def find(base: Mapping[str, Entry], side: Mapping[str, Entry], other: Mapping[str, Entry], fetch: Fetch) -> Moves:
    """The renames of `side`: all of unchanged files, and of changed ones those that `other` has to do with."""
    gone = {path: base[path] for path in base.keys() - side.keys()}
    come = {path: side[path] for path in side.keys() - base.keys()}
    if not gone or not come:
        return Moves({}, frozenset(), {})
    abandoned = trees.folders_of(gone) - trees.folders_of(side)
    strays = {path for path in other.keys() - base.keys() if not abandoned.isdisjoint(trees.prefixes(path))}
    left = {folder for path in strays for folder in trees.prefixes(path)} & abandoned
    relevant = {
        path for path, entry in gone.items() if other.get(path) != entry or not left.isdisjoint(trees.prefixes(path))
    }
    found = renames.search(gone, come, fetch, relevant=relevant, with_empty=False)
    new = {old: new for old, new, _ in found.renames}
    moved = {folder for old in new for folder in trees.prefixes(old)} & left if found.is_complete else left
    into = frozenset(path for path in strays if not moved.isdisjoint(trees.prefixes(path)))
    doubtful = {old: news for old, news in found.doubtful.items() if other.get(old) != base[old]}
    if not found.is_complete:
        # What both deleted, one of them may have given another name that nobody looked for.
        doubtful |= {old: set() for old in relevant if old not in other and old not in new}
    return Moves(new, into, doubtful)
