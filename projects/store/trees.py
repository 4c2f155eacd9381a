"""The algebra of trees: which paths may exist, overlay, hash and difference. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from projects import errors

MAX_PATH_BYTES = 240
MAX_DEPTH = 20

_DRIVE = re.compile(r"[A-Za-z]:")
# Control, invisible and half characters, line and paragraph separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# What stands where a character was lost.
_LOST = "\ufffd"
# What some file systems take for git's own folder.
_GIT = frozenset({".git", "git~1"})


class Entry(NamedTuple):
    """One file of a tree."""

    sha256: str
    size: int
    executable: bool = False


Manifest = dict[str, Entry]


class Difference(NamedTuple):
    """One path that two trees do not agree about; None = not there."""

    path: str
    before: Entry | None
    after: Entry | None


def check_path(path: str) -> str:
    """Give the path back, or raise BadPath with the first rule it breaks."""
    reason = _fault(path)
    if reason:
        raise errors.BadPath(path, reason)
    return path


def _fault(path: str) -> str | None:
    parts = path.split("/")
    rules = {
        "is empty": not path,
        "contains a control or invisible character": any(map(_is_refused, path)),
        f"is longer than {MAX_PATH_BYTES} bytes": len(path.encode(errors="replace")) > MAX_PATH_BYTES,
        "contains a backslash": "\\" in path,
        "is absolute": path.startswith("/") or _DRIVE.match(path) is not None,
        "is not in Unicode's composed form (NFC)": not unicodedata.is_normalized("NFC", path),
        f"is nested deeper than {MAX_DEPTH} folders": len(parts) > MAX_DEPTH,
        "leaves its folder": ".." in parts,
        "has an empty or a '.' part": "" in parts or "." in parts,
        "belongs to git": any(part.rstrip(". ").casefold() in _GIT for part in parts),
    }
    return next((reason for reason, is_broken in rules.items() if is_broken), None)


def _is_refused(char: str) -> bool:
    return char == _LOST or unicodedata.category(char) in _REFUSED


def prefixes(path: str) -> Iterator[str]:
    """The folders a path stands in, outermost first."""
    at = path.find("/")
    while at != -1:
        yield path[:at]
        at = path.find("/", at + 1)


def fold(path: str) -> str:
    """The same for all spellings that some disk takes for one name."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def check_tree(paths: Iterable[str]) -> None:
    """Refuse a tree in which two names differ in case only, or a file is also a folder."""
    for path, reason in clashes(paths):
        raise errors.BadPath(path, reason)


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every name that cannot stand beside the others, and why."""
    files = set(paths)
    folders = folders_of(files)
    for both in sorted(files & folders):
        yield both, "is a file and a folder at once"
    seen: dict[str, str] = {}
    for name in sorted(files | folders):
        other = seen.setdefault(fold(name), name)
        if other != name:
            yield name, f"differs from {other!r} only in case"


def check_addition(path: str, paths: Iterable[str]) -> None:
    """Refuse one more path if the tree with it would break `check_tree`."""
    files = paths if isinstance(paths, Mapping | set | frozenset) else set(paths)
    folders = folders_of(files)
    if path in folders:
        raise errors.BadPath(path, "is a file and a folder at once")
    mine = [*prefixes(path), path]
    for folder in mine[:-1]:
        if folder in files:
            raise errors.BadPath(path, f"would make a folder of the file {folder!r}")
    folded = {fold(name): name for name in mine}
    for names in (files, folders):
        for name in names:
            if folded.get(fold(name), name) != name:
                raise errors.BadPath(path, f"differs from {name!r} only in case")


def folders_of(paths: Iterable[str]) -> set[str]:
    """Every folder that these files stand in."""
    found: set[str] = set()
    for folder in {path.rpartition("/")[0] for path in paths}:
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]  # noqa: PLW2901 - upward
    return found


def inside(manifest: Mapping[str, Entry], folder: str) -> Manifest:
    """What stands in this folder, by whole path; the empty folder is the whole tree."""
    start = f"{folder}/" if folder else ""
    return {path: entry for path, entry in manifest.items() if path.startswith(start)}


def overlay(base: Mapping[str, Entry], changes: Mapping[str, Entry | None]) -> Manifest:
    """The tree with the changes over it; None takes a path away."""
    tree = dict(base)
    for path, entry in changes.items():
        if entry is None:
            tree.pop(path, None)
        else:
            tree[path] = entry
    return tree


def diff(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[Difference]:
    """Every path the two trees do not agree about, in order."""
    return [
        Difference(path, before.get(path), after.get(path))
        for path in sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    ]


def tree_hash(manifest: Mapping[str, Entry]) -> str:
    """The same tree always gives the same hash; sizes follow from contents and do not count."""
    digest = hashlib.sha256()
    for path in sorted(manifest):
        entry = manifest[path]
        digest.update(f"{path}\0{entry.sha256}\0{int(entry.executable)}\n".encode())
    return digest.hexdigest()


def total_size(manifest: Mapping[str, Entry]) -> int:
    return sum(entry.size for entry in manifest.values())


def path_id(path: str) -> str:
    """A short name for a path that can stand in an element's id."""
    return hashlib.sha256(path.encode()).hexdigest()[:16]


def dump(manifest: Mapping[str, Entry]) -> dict[str, list[Any]]:
    """The form in which a Version keeps its tree."""
    return {path: list(manifest[path]) for path in sorted(manifest)}


def load(stored: Mapping[str, list[Any]]) -> Manifest:
    # Sorted: a database may give the keys back in an order of its own.
    return {path: Entry(*stored[path]) for path in sorted(stored)}
