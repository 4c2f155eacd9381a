"""A zip's files, one after the other, as long as they are what they claim. Knows no database.

Nothing is believed: sizes are counted while inflating, and whoever claims too much is refused before.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from projects import errors
from projects.imports import directory
from projects.imports.directory import Contents, Entry

# Text packs to a tenth, a bomb to a thousandth. Under the first few megabytes nobody is hurt.
MOST_RATIO = 100
HARMLESS = 10 * 1024 * 1024
# Something unpacks too long or too large: not worth going on.
_STOP = "It unpacks to more than {ratio} times its size, which no honest archive does."


@dataclass(frozen=True)
class Limits:
    files: int
    file: int
    total: int


class File(NamedTuple):
    path: str
    content: bytes
    executable: bool


class Archive:
    """Opened and judged by its list; `files` unpacks. What is wrong is refused with every problem and its path."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._zip, self._limits = directory.opened(file), limits
        self.contents: Contents = directory.contents(self._zip, file)
        self._size = file.seek(0, 2)
        self._total = 0
        faults = [*self.contents.faults, *self._claims()]
        if not faults and not self.contents.entries:
            faults = [errors.Fault("", "There is no file in it.")]
        if faults:
            raise errors.BadArchive(faults)

    def files(self) -> Iterator[File]:
        """Each file once. The list of what turned out to be wrong is raised at the end, or when there is no point."""
        faults: list[errors.Fault] = []
        for entry in self.contents.entries:
            try:
                yield File(entry.path, self._inflated(entry), entry.executable)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
                faults.append(errors.Fault(entry.path, "is damaged: it is not what the list says"))
        if faults:
            raise errors.BadArchive(faults)

    def _claims(self) -> Iterator[errors.Fault]:
        """What the list itself says is too much."""
        entries, limits = self.contents.entries, self._limits
        if len(entries) > limits.files:
            yield errors.Fault("", f"It holds {len(entries):,} files; a project has at most {limits.files:,}.")
        for entry in entries:
            if entry.info.file_size > limits.file:
                yield errors.Fault(entry.path, f"is larger than {limits.file // 1024**2} MB")
        if sum(entry.info.file_size for entry in entries) > limits.total:
            yield errors.Fault("", f"It unpacks to more than {limits.total // 1024**2} MB.")

    def _inflated(self, entry: Entry) -> bytes:
        """In pieces, so that what lies about its size is stopped on the way."""
        content = bytearray()
        with self._zip.open(entry.info) as stream:
            while piece := stream.read(64 * 1024):
                content += piece
                self._count(len(piece))
                if len(content) > self._limits.file:
                    raise errors.BadArchive([errors.Fault(entry.path, "is larger than it claims to be")])
        if len(content) != entry.info.file_size:
            raise zipfile.BadZipFile("another size")
        return bytes(content)

    def _count(self, size: int) -> None:
        self._total += size
        if self._total > self._limits.total:
            raise errors.BadArchive([errors.Fault("", f"It unpacks to more than {self._limits.total // 1024**2} MB.")])
        if self._total > HARMLESS and self._total > MOST_RATIO * self._size:
            raise errors.BadArchive([errors.Fault("", _STOP.format(ratio=MOST_RATIO))])
