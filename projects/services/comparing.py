"""What lies between two trees, for people: which files, how many lines, and the lines themselves.

Everything is bounded: a file past MOST_FILE bytes is named and not read, and past MOST_READ bytes in all,
files are named without their lines being counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from projects.store import blobs, diffs, renames, similarity, trees
from projects.store.diffs import Hunk
from projects.store.effort import MOST_TOGETHER, Effort
from projects.store.trees import Difference, Entry

MOST_FILE = 1024 * 1024
MOST_READ = 8 * 1024 * 1024
# So many lines are shown of one file, and of all on a page; and so many files with their lines.
MOST_LINES = 3000
MOST_SHOWN = 100
# So much is held in memory at once.
_BATCH_FILES = 25
_BATCH_BYTES = 4 * 1024 * 1024

Status = Literal["added", "changed", "deleted", "renamed"]


@dataclass(frozen=True)
class File:
    """One file that the trees do not agree about; `similarity` in percent, of a renamed one.

    `is_binary`: not text, so it has no lines. `is_long`: its lines were not counted, only it was too much.
    """

    path: str
    status: Status
    before: Entry | None
    after: Entry | None
    old_path: str = ""
    similarity: int | None = None
    added: int = 0
    removed: int = 0
    is_binary: bool = False
    is_long: bool = False

    @property
    def has_new_mode(self) -> bool:
        if self.before is None or self.after is None:
            return False
        return self.before.executable != self.after.executable


@dataclass(frozen=True)
class Comparison:
    """The files in order of their paths; the counts are about all whose lines were counted."""

    files: tuple[File, ...]
    added: int
    removed: int


@dataclass(frozen=True)
class Shown:
    """A file with its hunks; `is_cut`: there are more than are shown."""

    file: File
    hunks: tuple[Hunk, ...]
    is_cut: bool = False


def compare(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Comparison:
    """Every file that differs, renames found, lines counted."""
    files = tuple(_counted(changes(before, after)))
    return Comparison(files, sum(file.added for file in files), sum(file.removed for file in files))


def changes(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[File]:
    """As `compare`, without counting lines: contents are only read to find renames."""
    differences = trees.diff(before, after)
    gone = {path: old for path, old, new in differences if old and not new}
    come = {path: new for path, old, new in differences if new and not old}
    moved = {found.new: found for found in renames.detect(gone, come, blobs.get_many)}
    left = {found.old for found in moved.values()}
    return [_file(one, moved.get(one.path), gone) for one in differences if one.path not in left]


def _file(one: Difference, moved: renames.Rename | None, gone: Mapping[str, Entry]) -> File:
    if moved is None:
        return File(one.path, _status(one), one.before, one.after)
    percent = moved.score * 100 // similarity.SAME
    return File(one.path, "renamed", gone[moved.old], one.after, old_path=moved.old, similarity=percent)


def _status(one: Difference) -> Status:
    if one.before is None:
        return "added"
    return "changed" if one.after else "deleted"


def _counted(files: Sequence[File]) -> Iterator[File]:
    left, effort = MOST_READ, Effort(MOST_TOGETHER)
    for batch in _batches(files):
        affordable = []
        for file in batch:
            left -= _to_read(file)
            affordable.append(file if left >= 0 else replace(file, is_long=True))
        contents = _contents([file for file in affordable if not file.is_long])
        for file in affordable:
            yield file if file.is_long else _with_counts(file, contents, effort.part())


def _with_counts(file: File, contents: Mapping[str, bytes], effort: Effort) -> File:
    if _size(file) > MOST_FILE:
        return replace(file, is_long=True)
    old, new = _bytes(file.before, contents), _bytes(file.after, contents)
    if diffs.text_of(old) is None or diffs.text_of(new) is None:
        return replace(file, is_binary=True)
    added, removed = diffs.stats(old, new, effort)
    return replace(file, added=added, removed=removed)


def on_a_page(compared: Comparison) -> list[Shown]:
    """As many files with their lines as a page can bear."""
    left, files = MOST_LINES, []
    for one in shown(compared.files[:MOST_SHOWN]):
        count = sum(len(hunk.lines) for hunk in one.hunks)
        files.append(one if left > 0 else Shown(one.file, (), is_cut=bool(one.hunks)))
        left -= count
    return files


def show(file: File) -> Shown:
    """The lines of one file."""
    return next(shown([file]))


def shown(files: Sequence[File], *, most_lines: int = MOST_LINES) -> Iterator[Shown]:
    """The lines of each, a few files at a time in memory."""
    effort = Effort(MOST_TOGETHER)
    for batch in _batches(files):
        contents = _contents(batch)
        for file in batch:
            yield _with_hunks(file, contents, most_lines, effort.part())


def _with_hunks(file: File, contents: Mapping[str, bytes], most_lines: int, effort: Effort) -> Shown:
    if _size(file) > MOST_FILE:
        return Shown(replace(file, is_long=True), ())
    old, new = (diffs.text_of(_bytes(side, contents)) for side in (file.before, file.after))
    if old is None or new is None:
        return Shown(replace(file, is_binary=True), ())
    hunks = diffs.hunks(old, new, effort=effort)
    kept = tuple(_cut(hunks, most_lines))
    return Shown(
        replace(file, is_long=False),
        kept,
        is_cut=sum(len(one.lines) for one in kept) < sum(len(one.lines) for one in hunks),
    )


def _cut(hunks: Iterable[Hunk], left: int) -> Iterator[Hunk]:
    for hunk in hunks:
        if left <= 0:
            return
        yield hunk if len(hunk.lines) <= left else hunk._replace(lines=hunk.lines[:left])
        left -= len(hunk.lines)


def _batches(files: Sequence[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    size = 0
    for file in files:
        if batch and (len(batch) == _BATCH_FILES or size + _to_read(file) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += _to_read(file)
    if batch:
        yield batch


def _contents(files: Iterable[File]) -> dict[str, bytes]:
    wanted = [entry.sha256 for file in files if _to_read(file) for entry in (file.before, file.after) if entry]
    return dict(blobs.get_some(dict.fromkeys(wanted)))


def _bytes(entry: Entry | None, contents: Mapping[str, bytes]) -> bytes | None:
    return None if entry is None else contents.get(entry.sha256, b"")


def _size(file: File) -> int:
    return max(entry.size for entry in (file.before, file.after) if entry)


def _to_read(file: File) -> int:
    """Bytes; none of a file that only moved or is only more or less executable."""
    sides = [entry for entry in (file.before, file.after) if entry]
    is_same = len({entry.sha256 for entry in sides}) < len(sides)
    return 0 if is_same or _size(file) > MOST_FILE else sum(entry.size for entry in sides)
