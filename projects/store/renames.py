"""Which files of a tree are those of another under a new name, found as git finds them. Pure.

First by the same content, then by the same last part of the path and three quarters of the content, then by
half of the content, the most alike first.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from projects.store import similarity
from projects.store.effort import Effort, TooMuch
from projects.store.similarity import Pieces
from projects.store.trees import Entry

# (hash, bytes) of each hash asked for.
Fetch = Callable[[Iterable[str]], Iterable[tuple[str, bytes]]]

# Past these, names alone and equal contents have to do.
MOST_PAIRS = 40_000
MOST_BYTES = 16 * 1024 * 1024
# Steps of one search, each a look for one piece of a content: about two seconds of a slow machine.
MOST_STEPS = 20_000_000
# To hash a byte is as dear as so many of them.
_HASHING = 4
# So many candidates are kept of each new path.
_KEPT = 4


class Rename(NamedTuple):
    """`score` is of `similarity.SAME`."""

    old: str
    new: str
    score: int


class Found(NamedTuple):
    """`doubtful`: old paths for which other new ones are as good, with those; git takes one by the order it reads.

    `is_complete`: nothing was left out for being too much.
    """

    renames: list[Rename]
    doubtful: dict[str, set[str]]
    is_complete: bool


class _Pair(NamedTuple):
    score: int
    has_same_name: bool
    old: str
    new: str


def detect(gone: Mapping[str, Entry], come: Mapping[str, Entry], fetch: Fetch) -> list[Rename]:
    """Pair the paths that went with those that came."""
    return search(gone, come, fetch).renames


def search(
    gone: Mapping[str, Entry],
    come: Mapping[str, Entry],
    fetch: Fetch,
    *,
    relevant: Collection[str] | None = None,
    with_empty: bool = True,
) -> Found:
    """As `detect`; `relevant` are the only old paths worth comparing contents for, as in a merge."""
    search = _Search(gone, come, fetch, with_empty=with_empty)
    search.by_content()
    wanted = [path for path in search.left() if relevant is None or path in relevant]
    if wanted:
        try:
            search.by_name(wanted, guesses(search.found) if relevant is not None else {})
            search.by_likeness([path for path in wanted if path not in search.used])
        except TooMuch:
            search.is_complete = False
    return Found(sorted(search.found.values()), search.doubtful, search.is_complete)


class _Search:
    def __init__(self, gone: Mapping[str, Entry], come: Mapping[str, Entry], fetch: Fetch, *, with_empty: bool) -> None:
        self.gone = {path: gone[path] for path in sorted(gone) if with_empty or gone[path].size}
        self.come = {path: come[path] for path in sorted(come) if with_empty or come[path].size}
        self.found: dict[str, Rename] = {}
        self.used: set[str] = set()
        self.doubtful: dict[str, set[str]] = {}
        self.is_complete = True
        self._fetch = fetch
        self._pieces: dict[str, Pieces] = {}
        self._hashed: dict[str, Pieces] = {}
        self._effort = Effort(MOST_STEPS)
        self._bytes_left = MOST_BYTES

    def left(self) -> list[str]:
        return [path for path in self.gone if path not in self.used]

    def _take(self, old: str, new: str, score: int) -> None:
        self.found[new] = Rename(old, new, score)
        self.used.add(old)

    def by_content(self) -> None:
        sources, targets = _by_hash(self.gone), _by_hash(self.come)
        for sha256 in sources.keys() & targets.keys():
            if not _is_clear(sources[sha256], targets[sha256]):
                self.doubtful |= {old: set(targets[sha256]) for old in sources[sha256]}
        for path, entry in self.come.items():
            if olds := sources.get(entry.sha256):
                old = next((old for old in olds if name_of(old) == name_of(path)), olds[0])
                olds.remove(old)
                self._take(old, path, similarity.SAME)

    def by_name(self, wanted: list[str], guessed: Mapping[str, str]) -> None:
        """Files that moved with their name; where a name is there twice, to the folder others moved to."""
        sources = _once(self.left())
        targets = _once(path for path in self.come if path not in self.found)
        pairs = []
        for old in wanted:
            name = name_of(old)
            if name not in targets:
                continue
            new = targets[name] if sources[name] and targets[name] else _joined(guessed.get(folder_of(old)), name)
            if new in self.come:
                pairs.append((old, new))
        self._read([entry for old, new in pairs if (entry := self._alike(old, new))])
        for old, new in pairs:
            score = self._score(old, new)
            if new not in self.found and score >= similarity.ALIKE_BY_NAME:
                self._take(old, new, score)

    def by_likeness(self, wanted: list[str]) -> None:
        targets = [path for path in self.come if path not in self.found]
        self.is_complete = self.is_complete and len(wanted) * len(targets) <= MOST_PAIRS
        if not wanted or not self.is_complete:
            return
        possible = [both for new in targets for old in wanted if (both := self._alike(old, new))]
        if not self._read(possible):
            return
        kept = [pair for new in targets for pair in self._best(new, wanted)]
        alike = [pair for pair in kept if pair.score >= similarity.ALIKE]
        for pair in sorted(alike, key=lambda pair: (-pair.score, not pair.has_same_name)):
            if pair.new not in self.found and pair.old not in self.used:
                self._doubt(pair, alike)
                self._take(pair.old, pair.new, pair.score)

    def _doubt(self, pair: _Pair, others: list[_Pair]) -> None:
        """Others that are as good, and open too, might have been taken in its place."""
        for other in others:
            is_open = other.new not in self.found and other.old not in self.used
            if is_open and other != pair and other[:2] == pair[:2] and (other.old == pair.old or other.new == pair.new):
                for old in (pair.old, other.old):
                    self.doubtful.setdefault(old, set()).update((pair.new, other.new))

    def _best(self, new: str, wanted: list[str]) -> list[_Pair]:
        """The most alike, in the places in which git keeps them: equals are taken in that order."""
        kept: list[_Pair] = []
        for old in wanted:
            pair = _Pair(self._score(old, new), name_of(old) == name_of(new), old, new)
            if len(kept) < _KEPT:
                kept.append(pair)
                continue
            worst = min(range(_KEPT), key=lambda at: kept[at][:2])
            if pair[:2] > kept[worst][:2]:
                kept[worst] = pair
        return kept

    def _alike(self, old: str, new: str) -> tuple[Entry, Entry] | None:
        one, other = self.gone[old], self.come[new]
        return (one, other) if similarity.may_be_alike(one.size, other.size) else None

    def _score(self, old: str, new: str) -> int:
        both = self._alike(old, new)
        if not both or not all(entry.sha256 in self._pieces for entry in both):
            return 0
        size = max(entry.size for entry in both)
        one, other = (self._pieces[entry.sha256] for entry in both)
        found = self._scored(one, other, size)
        if not similarity.is_close(found):
            return found
        one, other = (self._hashes(entry.sha256) for entry in both)
        return self._scored(one, other, size)

    def _hashes(self, sha256: str) -> Pieces:
        """Each once, however many others it is nearly alike to."""
        if sha256 not in self._hashed:
            pieces = self._pieces[sha256]
            self._effort.spend(_HASHING * sum(map(len, pieces)))
            self._hashed[sha256] = similarity.hashed(pieces)
        return self._hashed[sha256]

    def _scored(self, one: Pieces, other: Pieces, size: int) -> int:
        """What it costs is counted, for pairs are many."""
        self._effort.spend(min(len(one), len(other)))
        return similarity.score(one, other, size)

    def _read(self, pairs: Iterable[tuple[Entry, Entry]]) -> bool:
        """Take the contents apart, each once; False if they are too much to."""
        sizes = {entry.sha256: entry.size for pair in pairs for entry in pair if entry.sha256 not in self._pieces}
        if sum(sizes.values()) > self._bytes_left:
            self.is_complete = False
            return False
        self._bytes_left -= sum(sizes.values())
        for sha256, content in self._fetch(sizes):
            self._pieces[sha256] = similarity.pieces(content)
        return True


def _by_hash(paths: Mapping[str, Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, entry in paths.items():
        found.setdefault(entry.sha256, []).append(path)
    return found


def _is_clear(olds: list[str], news: list[str]) -> bool:
    """Whether only one pairing of these paths of one content makes sense."""
    if len(olds) == 1:
        return len(news) == 1
    names, new_names = [name_of(old) for old in olds], [name_of(new) for new in news]
    return all(names.count(name) == new_names.count(name) == 1 for name in new_names)


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _joined(folder: str | None, name: str) -> str:
    return "/" if folder is None else f"{folder}/{name}" if folder else name


def _once(paths: Iterable[str]) -> dict[str, str]:
    """The only path with this name; none if there are several."""
    found: dict[str, str] = {}
    for path in paths:
        name = name_of(path)
        found[name] = "" if name in found else path
    return found


def guesses(found: Mapping[str, Rename]) -> dict[str, str]:
    """Where each folder went, from the files that are known to have moved out of it."""
    counts: dict[str, Counter[str]] = {}
    for old, new, _ in found.values():
        for one, other in folders_moved(old, new):
            counts.setdefault(one, Counter())[other] += 1
    clear = {}
    for folder, places in counts.items():
        best = places.most_common(2)
        if len(best) == 1 or best[0][1] > best[1][1]:
            clear[folder] = best[0][0]
    return clear


def folders_moved(old: str, new: str) -> Iterable[tuple[str, str]]:
    """The folder of the file, and those above it as long as the lower ones kept their names."""
    one, other = folder_of(old), folder_of(new)
    yield one, other
    while one and other and name_of(one) == name_of(other):
        one, other = folder_of(one), folder_of(other)
        yield one, other
