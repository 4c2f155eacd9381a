"""A pack of git's, written from what the database holds; its contents are compressed as git does it already."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

KINDS = {"commit": 1, "tree": 2, "blob": 3}
NAMES_AT = 8
ENDING = 20


class Piece(NamedTuple):
    """One object: what it is, how large it is unpacked, and its bytes as zlib leaves them."""

    kind: str
    size: int
    deflated: bytes


def piece(kind: str, content: bytes) -> Piece:
    return Piece(kind, len(content), zlib.compress(content))


def write(pieces: Iterable[Piece], count: int) -> Iterator[bytes]:
    """The pack in parts; `count` is said before the pieces are made."""
    digest = hashlib.sha1(usedforsecurity=False)
    head = b"PACK" + (2).to_bytes(4, "big") + count.to_bytes(4, "big")
    digest.update(head)
    yield head
    for one in pieces:
        part = _header(KINDS[one.kind], one.size) + one.deflated
        digest.update(part)
        yield part
    yield digest.digest()


def _header(kind: int, size: int) -> bytes:
    """The kind and the lowest four bits, then seven at a time."""
    byte, rest = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while rest:
        out.append(byte | 0x80)
        byte, rest = rest & 0x7F, rest >> 7
    out.append(byte)
    return bytes(out)


def names_in(index: Path) -> set[str]:
    """The names of the objects that an index of the second kind lists."""
    content = index.read_bytes()
    if content[:NAMES_AT] != b"\xfftOc\0\0\0\x02":
        return set()
    names = NAMES_AT + 256 * 4
    count = int.from_bytes(content[names - 4 : names], "big")
    return {content[at : at + 20].hex() for at in range(names, names + 20 * count, 20)}


def is_whole(pack: Path) -> bool:
    """Whether it, or an index, ends with the hash of what stands before its end."""
    digest = hashlib.sha1(usedforsecurity=False)
    left = pack.stat().st_size - ENDING
    with pack.open("rb") as file:
        while left > 0 and (part := file.read(min(left, 1024**2))):
            digest.update(part)
            left -= len(part)
        return file.read() == digest.digest()
