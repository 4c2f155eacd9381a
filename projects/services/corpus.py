"""The text of a project's files, laid out to be searched: a cache in DJINN_HOME/cache, made again when it is gone.

Two files per project grow by what is new: the texts as they are, and folded (without upper case). A list says where in
both each content stands. Who adds holds the project's lock; who reads needs none, for what is there never changes.
"""

import fcntl
import json
import mmap
import os
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django.conf import settings

from projects.store import blobs, diffs
from projects.store.trees import Manifest

# Longer texts are made by machines, for machines.
MOST_TEXT = 1024 * 1024
# Past this a project's cache is begun anew with what its tree holds now.
MOST_KEPT = 512 * 1024 * 1024
# Past this the caches of projects that nobody searched for longest go.
MOST_IN_ALL = 2048 * 1024 * 1024
_KNOWN_PROJECTS = 8
_MOST_MARK = 100


class Span(NamedTuple):
    """Where a text stands: as it is, and folded."""

    start: int
    end: int
    folded_start: int
    folded_end: int


@dataclass
class _Known:
    """What this process has read of a project's list so far."""

    # Its place on the disk, which another may have had before it, and its first line, which none had.
    file: tuple[int, int, bytes] = (0, 0, b"")
    read: int = 0
    # None: these bytes are not text.
    spans: dict[str, Span | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Corpus:
    texts: mmap.mmap
    folded: mmap.mmap
    spans: dict[str, Span | None]


_known: OrderedDict[UUID, _Known] = OrderedDict()
_lock = threading.Lock()


def fold(text: str) -> str:
    """As letters are compared when their case does not matter; it never makes or takes a line feed."""
    return text.lower() if text.isascii() else text.casefold()


def ready(project_id: UUID, tree: Manifest) -> Corpus:
    """With every text of this tree that can be searched."""
    wanted = {entry.sha256 for entry in tree.values() if entry.size <= MOST_TEXT}
    with _locked(project_id) as folder:
        known = _up_to_date(project_id, folder)
        missing = sorted(wanted - known.spans.keys())
        if missing and _size(folder) > MOST_KEPT:
            shutil.rmtree(folder)
            known = _up_to_date(project_id, folder)
            missing = sorted(wanted)
        if missing:
            _add(folder, missing)
            known = _up_to_date(project_id, folder)
            _make_room(folder)
        os.utime(folder)
        return Corpus(_mapped(folder / "texts"), _mapped(folder / "folded"), known.spans)


def forget(project_id: UUID) -> None:
    with _locked(project_id) as folder:
        shutil.rmtree(folder)


def _home() -> Path:
    return Path(settings.DJINN_HOME) / "cache" / "search"


@contextmanager
def _locked(project_id: UUID) -> Iterator[Path]:
    """One at a time, of all processes on this machine."""
    folder = _home() / str(project_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with folder.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(exist_ok=True, mode=0o700)
        yield folder


def _up_to_date(project_id: UUID, folder: Path) -> _Known:
    """Read what others added to the list since; a list that is another than before is read anew."""
    _begin(folder)
    found = (folder / "list").stat()
    with (folder / "list").open("rb") as file:
        same = (found.st_ino, found.st_dev, file.readline(_MOST_MARK))
    with _lock:
        known = _known.setdefault(project_id, _Known())
        _known.move_to_end(project_id)
        while len(_known) > _KNOWN_PROJECTS:
            _known.popitem(last=False)
    if known.file != same or known.read > found.st_size:
        known = _known[project_id] = _Known(file=same)
    if known.read < found.st_size:
        _read(folder, known)
    return known


def _begin(folder: Path) -> None:
    """All three or none: a list says nothing about texts that are not those it was written with."""
    folder.mkdir(exist_ok=True, mode=0o700)
    files = [folder / name for name in ("texts", "folded", "list")]
    if all(file.exists() for file in files):
        return
    for file in files:
        file.unlink(missing_ok=True)  # somebody may still read it
    for file in files:
        # A line, as nothing cannot be mapped.
        file.write_text(f"{secrets.token_hex(16)}\n" if file.name == "list" else "\n")


def _read(folder: Path, known: _Known) -> None:
    sizes = (folder / "texts").stat().st_size, (folder / "folded").stat().st_size
    with (folder / "list").open("rb") as file:
        file.seek(known.read)
        added = file.read()
    for line in added.split(b"\n"):
        if line and (entry := _parsed(line, sizes)):
            known.spans[entry[0]] = entry[1]
    known.read += len(added)


def _parsed(line: bytes, sizes: tuple[int, int]) -> tuple[str, Span | None] | None:
    """A line that was cut off, or whose text was, counts as not there: it is added again."""
    try:
        sha256, *numbers = json.loads(line)
        span = Span(*numbers) if numbers else None
        is_whole = span is None or (0 < span.end <= sizes[0] and 0 < span.folded_end <= sizes[1])
    except (ValueError, TypeError):
        return None
    return (sha256, span) if is_whole and isinstance(sha256, str) else None


def _add(folder: Path, hashes: Iterable[str]) -> None:
    """The texts first, the list last: what is listed is there."""
    lines = [b""]
    with (folder / "texts").open("ab") as texts, (folder / "folded").open("ab") as folded:
        for sha256, content in blobs.get_many(hashes):
            text = diffs.text_of(content)
            numbers = [] if text is None else [*_written(texts, content), *_written(folded, fold(text).encode())]
            lines.append(json.dumps([sha256, *numbers]).encode())
    with (folder / "list").open("ab") as listed:
        listed.write(b"\n".join([*lines, b""]))


def _written(file: BinaryIO, data: bytes) -> tuple[int, int]:
    start = file.tell()
    file.write(data)
    return start, start + len(data)


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _size(folder: Path) -> int:
    """Of its files; those that go meanwhile count nothing."""
    total = 0
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def _make_room(kept: Path) -> None:
    """Who reads one that goes keeps what is mapped; one that somebody adds to stays."""
    folders = sorted((path for path in _home().iterdir() if path.is_dir()), key=_used)
    total = sum(map(_size, folders))
    for folder in folders:
        if total <= MOST_IN_ALL or folder == kept:
            return
        total -= _removed(folder)


def _removed(folder: Path) -> int:
    """How much less there is now. Nobody waits here: two might wait for each other."""
    with folder.with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        size = _size(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return size


def _used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # it went meanwhile
        return 0
