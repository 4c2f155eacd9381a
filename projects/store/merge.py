"""Two trees made from one, joined: by file, by name, and by line. What cannot be joined is named. Pure.

A file that one side renamed and the other edited is joined under its new name. Whatever this joins, `git merge`
joins to the same tree. Where one side moved a whole folder and the other put something new into it, git would ask,
and so do we.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from projects.store import histogram, joining, moves, trees
from projects.store.effort import MOST_TOGETHER, Effort
from projects.store.joining import Outcome
from projects.store.moves import Moves
from projects.store.renames import Fetch
from projects.store.trees import Entry, Manifest

Read = Callable[[Entry], bytes]

# So much is held in memory at once, besides what was joined.
_BATCH_BYTES = 16 * 1024 * 1024

# lines: both changed the same or neighbouring ones. binary: both changed what is no text. added: both added it.
# deleted: one deleted it, the other changed it or gave it another name. moved: each gave it another name, or both
# gave its new name to something. folder: one moved the folder away that the other put it into. mode: both added it,
# one as a program. names: it cannot stand beside another name.
Kind = Literal["lines", "binary", "added", "deleted", "moved", "folder", "mode", "names"]
Placed = tuple[str, Entry] | None


class Joined(NamedTuple):
    """New content that neither side had."""

    content: bytes
    executable: bool


class Clash(NamedTuple):
    """What cannot be joined: where each side has it, and what; None: it has it not."""

    path: str
    kind: Kind
    base: Placed
    ours: Placed
    theirs: Placed

    def paths(self) -> set[str]:
        """Its own, and where the sides have it."""
        return {self.path, *(side[0] for side in (self.base, self.ours, self.theirs) if side)}


class Result(NamedTuple):
    """`tree` holds what was decided by file, `joined` what was decided by line.

    `conflicts` names every path that is in neither, and in the trees; `clashes` says why, and may name several of
    them at once.
    """

    tree: Manifest
    joined: dict[str, Joined]
    conflicts: tuple[str, ...]
    clashes: tuple[Clash, ...] = ()


class _Sides(NamedTuple):
    base: Placed
    ours: Placed
    theirs: Placed

    def paths(self) -> Iterator[str]:
        return (side[0] for side in self if side)


def merge(
    base: Mapping[str, Entry],
    ours: Mapping[str, Entry],
    theirs: Mapping[str, Entry],
    read: Read,
    fetch: Fetch | None = None,
) -> Result:
    """Join what both sides did since `base`; `fetch` reads several contents at once."""
    several = fetch or _one_by_one(read, (base, ours, theirs))
    return _Merge(base, ours, theirs).result(several)


def _one_by_one(read: Read, sides: Iterable[Mapping[str, Entry]]) -> Fetch:
    entries = {entry.sha256: entry for side in sides for entry in side.values()}
    return lambda hashes: ((sha256, read(entries[sha256])) for sha256 in hashes)


class _Text(NamedTuple):
    """A file that both sides changed, and whether it is a program after that."""

    path: str
    sides: _Sides
    executable: bool


def _batches(texts: list[_Text]) -> Iterator[list[_Text]]:
    """A few files at a time in memory."""
    batch: list[_Text] = []
    size = 0
    for text in texts:
        length = sum(entry.size for _, entry in filter(None, text.sides))
        if batch and size + length > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


class _Merge:
    def __init__(self, base: Mapping[str, Entry], ours: Mapping[str, Entry], theirs: Mapping[str, Entry]) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.tree: Manifest = {}
        self.joined: dict[str, Joined] = {}
        self.clashes: list[Clash] = []
        self.involved: set[str] = set()
        self.effort = Effort(MOST_TOGETHER)
        self.unjoined: list[_Text] = []

    def result(self, fetch: Fetch) -> Result:
        # Most paths are the same in all three, and most others changed on one side only.
        found = (
            moves.find(self.base, self.ours, self.theirs, fetch),
            moves.find(self.base, self.theirs, self.ours, fetch),
        )
        done = self._follow(*found)
        for path in sorted((self.base.keys() | self.ours.keys() | self.theirs.keys()) - done):
            self._place(path, _Sides(*(_at(path, side) for side in (self.base, self.ours, self.theirs))))
        for batch in _batches(self.unjoined):
            self._join(batch, fetch)
        self._refuse(sorted(found[0].into_folders | found[1].into_folders), "folder")
        self._refuse(self._beside_each_other(), "names")
        for path in self.involved:
            self.tree.pop(path, None)
            self.joined.pop(path, None)
        return Result(self.tree, self.joined, tuple(sorted(self.involved)), tuple(sorted(self.clashes)))

    def _follow(self, mine: Moves, other: Moves) -> set[str]:
        """Decide about the files that got a new name; gives the paths that are decided by that."""
        doubtful = mine.doubtful.keys() | other.doubtful.keys()
        unsure = set().union(*mine.doubtful.values(), *other.doubtful.values())
        done: set[str] = set()
        for old in sorted(mine.new.keys() | other.new.keys() | doubtful):
            here, there = mine.new.get(old), other.new.get(old)
            sides = _Sides(_at(old, self.base), _at(here or old, self.ours), _at(there or old, self.theirs))
            if old in doubtful or not unsure.isdisjoint((here, there)):
                self._clash(old, "moved", sides, old, *mine.doubtful.get(old, ()), *other.doubtful.get(old, ()))
            elif here and there and here != there:
                self._clash(old, "moved", sides)
            elif sides.ours is None or sides.theirs is None:
                self._clash(here or there or old, "deleted", sides)
            elif here == there or _entry(sides.theirs if here else sides.ours) != self.base[old]:
                self._place_moved(here or there or old, sides, is_both=here == there)
            else:
                # Only renamed, by one side: gone here and new there, like any other file.
                continue
            done.update(sides.paths())
        return done

    def _place_moved(self, path: str, sides: _Sides, *, is_both: bool) -> None:
        if is_both or path not in (self.theirs if path in self.ours else self.ours):
            self._place(path, sides)
            return
        taken = _Sides(sides.base, *(_at(path, side) for side in (self.ours, self.theirs)))
        self._clash(path, "moved", taken, *sides.paths())

    def _place(self, path: str, sides: _Sides) -> None:
        """Decide what stands at one path."""
        base, ours, theirs = (_entry(side) for side in sides)
        if theirs in (ours, base):
            chosen = ours
        elif ours == base:
            chosen = theirs
        elif ours is None or theirs is None:
            self._clash(path, "deleted", sides)
            return
        else:
            self._place_both(path, sides, (base, ours, theirs))
            return
        if chosen is not None:
            self.tree[path] = chosen

    def _place_both(self, path: str, sides: _Sides, entries: tuple[Entry | None, Entry, Entry]) -> None:
        base, ours, theirs = entries
        if base is None and ours.executable != theirs.executable:
            self._clash(path, "mode", sides)
            return
        is_ours = base is None or theirs.executable == base.executable
        executable = ours.executable if is_ours else theirs.executable
        if theirs.sha256 in (ours.sha256, base.sha256 if base else ""):
            self.tree[path] = ours._replace(executable=executable)
        elif base and ours.sha256 == base.sha256:
            self.tree[path] = theirs._replace(executable=executable)
        else:
            self.unjoined.append(_Text(path, sides, executable))

    def _join(self, batch: list[_Text], fetch: Fetch) -> None:
        contents = dict(fetch({entry.sha256: None for text in batch for _, entry in filter(None, text.sides)}))
        for path, sides, executable in batch:
            outcome = explain(sides, lambda entry: contents[entry.sha256], effort=self.effort.part())
            if outcome.content is not None:
                self.joined[path] = Joined(outcome.content, executable)
            elif outcome.regions:
                self._clash(path, "lines" if sides.base else "added", sides)
            else:
                self._clash(path, "binary", sides)

    def _beside_each_other(self) -> list[str]:
        """New paths that no disk holds together: in other case, or a file and a folder at once."""
        paths = (self.tree.keys() | self.joined.keys()) - self.involved
        names = [trees.fold(name) for name, _ in trees.clashes(paths)]
        if not names:
            return []
        folded = {path: trees.fold(path) for path in paths - self.base.keys()}
        return sorted(
            path for path, fold in folded.items() if any(fold == name or fold.startswith(f"{name}/") for name in names)
        )

    def _clash(self, path: str, kind: Kind, sides: _Sides, *others: str) -> None:
        self.clashes.append(Clash(path, kind, *sides))
        self.involved.update(sides.paths(), others)

    def _refuse(self, paths: list[str], kind: Kind) -> None:
        for path in paths:
            self._clash(path, kind, _Sides(*(_at(path, side) for side in (self.base, self.ours, self.theirs))), path)


def _at(path: str, side: Mapping[str, Entry]) -> Placed:
    entry = side.get(path)
    return None if entry is None else (path, entry)


def _entry(placed: Placed) -> Entry | None:
    return placed[1] if placed else None


def explain(
    clash: Clash | _Sides, read: Read, names: joining.Names | None = None, *, effort: Effort | None = None
) -> Outcome:
    """The lines on which the sides disagree, and the whole text with marks around them; for kinds with lines."""
    base, ours, theirs = (read(side[1]) if side else b"" for side in (clash.base, clash.ours, clash.theirs))
    names = names or joining.Names()
    return joining.join(base, ours, theirs, search=histogram.changed, names=names, effort=effort)


def merge_bytes(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """One file as `git merge-file` joins it, or None if both sides touched the same or neighbouring lines."""
    return joining.join(base, ours, theirs).content
