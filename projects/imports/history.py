"""Commits from outside, read without believing them: what each would be as a version, or why it cannot be one."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from projects import errors
from projects.errors import BadHistory, Fault
from projects.git import objects
from projects.git.objects import Item, Line, Malformed
from projects.git.reading import Reader
from projects.store import trees

MOST_COMMITS = 2000
# Each version keeps its whole tree, so many commits of many files are much to write while others wait.
MOST_FILES_IN_ALL = 250_000
# Of a folder all that is in it is kept, and again for each folder around it: what is nested deep is held many times.
MOST_ENTRIES = 1_000_000
MOST_COMMIT = 256 * 1024
MOST_FOLDER = 2 * 1024**2
MOST_FAULTS = 200

_ODD = {
    b"120000": "is a symbolic link, and a project has none",
    b"160000": "is a submodule, and a project has none",
}


class Limits(NamedTuple):
    """Of a project: the same for whoever writes to it."""

    files: int
    file: int
    tree: int


class Arrival(NamedTuple):
    """A commit whose parents are known or came before it."""

    oid: str
    raw: bytes
    commit: objects.Commit
    files: dict[str, Item]


@dataclass
class History:
    """Oldest first; `sizes` are those of every blob in it, by git's name."""

    arrivals: list[Arrival] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


def read(reader: Reader, tips: Iterable[str], *, known: Container[str], limits: Limits) -> History:
    """What these tips bring that is not known yet; BadHistory with everything that is wrong with it."""
    commits = _walk(reader, tips, known)
    folders = _Folders(reader, limits)
    history = History(sizes=folders.sizes)
    in_all = 0
    for oid, (raw, commit) in commits.items():
        files = folders.tree(commit.tree)
        in_all += len(files)
        if in_all > MOST_FILES_IN_ALL:
            raise BadHistory([Fault("", "These are too many commits of too many files. Send them in several parts")])
        history.arrivals.append(Arrival(oid, raw, commit, files))
    if folders.faults:
        raise BadHistory(list(folders.faults))
    return history


def _walk(reader: Reader, tips: Iterable[str], known: Container[str]) -> dict[str, tuple[bytes, objects.Commit]]:
    """Parents before their children; a commit that is known ends its line."""
    seen: dict[str, tuple[bytes, objects.Commit]] = {}
    done: dict[str, tuple[bytes, objects.Commit]] = {}
    left = [(tip, False) for tip in tips]
    while left:
        oid, is_open = left.pop()
        if is_open:
            done[oid] = seen[oid]
        elif oid not in seen and oid not in known:
            seen[oid] = _commit(reader, oid)
            if len(seen) > MOST_COMMITS:
                raise BadHistory([Fault("", f"These are more than {MOST_COMMITS} commits. Send them in several parts")])
            left.append((oid, True))
            left.extend((parent, False) for parent in reversed(seen[oid][1].parents))
    return done


def _commit(reader: Reader, oid: str) -> tuple[bytes, objects.Commit]:
    try:
        raw = reader.read(oid, "commit", MOST_COMMIT)
        commit = objects.read_commit(raw)
    except Malformed as malformed:
        raise BadHistory([Fault("", f"{str(malformed).rstrip('.')} ({oid[:10]})")]) from malformed
    if len(set(commit.parents)) != len(commit.parents):
        raise BadHistory([Fault("", f"The commit {oid[:10]} has one parent twice")])
    return raw, commit


class _Folders:
    """Trees by name, each folder read once however many commits have it."""

    def __init__(self, reader: Reader, limits: Limits) -> None:
        self.faults: dict[Fault, None] = {}
        self.sizes: dict[str, int] = {}
        self._reader = reader
        self._limits = limits
        self._known: dict[str, dict[str, Item]] = {}
        self._checked: dict[str, dict[str, Item]] = {}
        self._fine: set[str] = set()
        self._entries = 0

    def tree(self, oid: str) -> dict[str, Item]:
        """Every file of the tree; its faults are noted and, once they are many, raised."""
        if oid not in self._checked:
            files = self._checked[oid] = self._read(oid, "", 0)
            self._check_paths(files.keys() - self._fine)
            if not self.faults:
                self._check(oid, files)
            if len(self.faults) > MOST_FAULTS:
                raise BadHistory(list(self.faults))
        return self._checked[oid]

    def _check_paths(self, paths: Iterable[str]) -> None:
        for path in paths:
            try:
                self._fine.add(trees.check_path(path))
            except errors.BadPath as bad:
                self._note(path, bad.reason)

    def _check(self, oid: str, files: Mapping[str, Item]) -> None:
        try:
            trees.check_tree(files)
        except errors.BadPath as bad:
            self._note(bad.path, bad.reason)
        if sum(self.sizes[item.oid] for item in files.values()) > self._limits.tree:
            self._note("", f"A project has at most {self._limits.tree // 1024**2} MB of files")
        if not self.faults and objects.write_tree(files)[0] != oid:
            self._note("", f"The tree {oid[:10]} is not written as git writes it, or has an empty folder")

    def _note(self, path: str, reason: str) -> None:
        self.faults[Fault(path, reason)] = None

    def _read(self, oid: str, prefix: str, depth: int) -> dict[str, Item]:
        """Of one folder and all in it. A folder may name one other many times: what comes of it is counted."""
        if oid in self._known:
            return self._known[oid]
        files: dict[str, Item] = {}
        names: set[bytes] = set()
        for line in self._lines(oid, prefix, depth):
            if line.name in names:
                self._note(prefix + line.name.decode(errors="replace"), "is there twice")
            names.add(line.name)
            self._put(files, line, prefix, depth)
            if len(files) > self._limits.files:
                raise BadHistory([*self.faults, Fault("", f"A project has at most {self._limits.files} files")])
        self._count(max(len(files), len(names)))
        self._known[oid] = files
        return files

    def _count(self, entries: int) -> None:
        self._entries += entries
        if self._entries > MOST_ENTRIES:
            raise BadHistory([*self.faults, Fault("", "These are too many folders of too many files. Nest them less")])

    def _lines(self, oid: str, prefix: str, depth: int) -> Sequence[Line]:
        if depth > trees.MAX_DEPTH:
            raise BadHistory([*self.faults, Fault(prefix[:80], f"is nested deeper than {trees.MAX_DEPTH} folders")])
        try:
            return list(objects.read_folder(self._reader.read(oid, "tree", MOST_FOLDER)))
        except Malformed as malformed:
            raise BadHistory([*self.faults, Fault(prefix, str(malformed).rstrip("."))]) from malformed

    def _put(self, files: dict[str, Item], line: Line, prefix: str, depth: int) -> None:
        called = line.name.decode(errors="replace")
        path = prefix + called
        if "/" in called:
            self._note(path, "has a slash in its name")
        elif line.mode == objects.FOLDER:
            for inner, item in self._read(line.oid, f"{path}/", depth + 1).items():
                files[f"{called}/{inner}"] = item
        elif line.mode in (objects.FILE, objects.PROGRAM):
            files[called] = Item(line.oid, line.mode == objects.PROGRAM)
            self._check_blob(path, line.oid)
        else:
            mode = line.mode.decode(errors="replace")
            self._note(path, _ODD.get(line.mode, f"has the mode {mode}; files have 100644 or 100755"))

    def _check_blob(self, path: str, oid: str) -> None:
        if oid in self.sizes:
            return
        found = self._reader.look(oid)
        if found is None or found.kind != "blob":
            raise BadHistory([*self.faults, Fault(path, "has no content: it was not sent")])
        self.sizes[oid] = found.size
        if found.size > self._limits.file:
            self._note(path, f"is larger than {self._limits.file // 1024**2} MB")
