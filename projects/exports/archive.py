"""A tree as a zip that is sent while it is written; the same tree always gives the same bytes."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Protocol

# The earliest moment a zip can name: a time of today would make every download differ.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNIX = 3


class File(Protocol):
    """What is put in: a path, its bytes and whether they may be executed."""

    @property
    def path(self) -> str: ...
    @property
    def content(self) -> bytes: ...
    @property
    def executable(self) -> bool: ...


class _Pipe(io.RawIOBase):
    """Takes what is written and gives it out once; it cannot go back, so zipfile does not try to."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # what zipfile writes
        self._waiting += data
        return len(data)

    def drain(self) -> bytes:
        drained = bytes(self._waiting)
        self._waiting.clear()
        return drained


def stream(files: Iterable[File], *, folder: str) -> Iterator[bytes]:
    """The zip in pieces, a file at a time in memory; everything stands in `folder`."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for file in files:
            mode = 0o100755 if file.executable else 0o100644
            about = zipfile.ZipInfo(f"{folder}/{file.path}", LONG_AGO)
            about.create_system, about.external_attr = UNIX, mode << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, file.content, compresslevel=6)
            yield pipe.drain()
    yield pipe.drain()
