"""Zips as people, tools and attackers make them."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

FOLDER, LINK, PIPE = stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644


def make(*files: tuple[str, bytes], mode: int = stat.S_IFREG | 0o644, method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files:
            add(archive, name, content, mode=mode, method=method)
    return made


def add(
    archive: zipfile.ZipFile,
    name: str,
    content: bytes = b"x",
    *,
    mode: int = 0o100644,
    method: int = zipfile.ZIP_DEFLATED,
) -> None:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr, info.compress_type = 3, mode << 16, method
    archive.writestr(info, content)


def forged(made: io.BytesIO, change: Callable[[bytearray], object]) -> io.BytesIO:
    """The same zip with some of its bytes changed by hand."""
    raw = bytearray(made.getvalue())
    change(raw)
    return io.BytesIO(bytes(raw))


def central(raw: bytearray) -> int:
    """Where the first entry of its list begins."""
    return raw.index(b"PK\x01\x02")


def overlapping(count: int) -> io.BytesIO:
    """Many names for the bytes of one entry, as in the bombs that need no nesting."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = b"\0" * 4_000_000
    data = packed.compress(content) + packed.flush()
    about = struct.pack("<HHHHHLLL", 20, 0x800, 8, 0, 33, zlib.crc32(content), len(data), len(content))
    local = b"PK\x03\x04" + about + struct.pack("<HH", 1, 0) + b"a" + data
    listed = b"".join(
        b"PK\x01\x02" + struct.pack("<H", 20) + about + struct.pack("<HHHHHLL", 1, 0, 0, 0, 0, 0, 0) + bytes([97 + at])
        for at in range(count)
    )
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count, count, len(listed), len(local), 0)
    return io.BytesIO(local + listed + end)
