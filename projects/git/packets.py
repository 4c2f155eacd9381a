"""Git's way of writing lines to the wire: each after its length in four hexadecimal digits. Pure."""

from collections.abc import Iterable, Iterator
from typing import IO

from projects.git.objects import Malformed

FLUSH = b"0000"
MOST_DATA = 65515
REPORT, WORDS = 1, 2


def line(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return b"%04x%s" % (len(data) + 4, data)


def read(stream: IO[bytes]) -> Iterator[bytes]:
    """Line after line up to the next flush."""
    while True:
        size = stream.read(4)
        if size == FLUSH or not size:
            return
        try:
            length = int(size, 16) - 4
        except ValueError:
            raise Malformed("What was sent is not written as git writes it.") from None
        data = stream.read(length) if 0 <= length <= MOST_DATA else b""
        if len(data) != length or length < 0:
            raise Malformed("What was sent is cut off.")
        yield data


def band(number: int, data: bytes) -> Iterator[bytes]:
    """Several streams in one: each piece says which it belongs to."""
    for start in range(0, len(data), MOST_DATA - 1):
        yield line(bytes([number]) + data[start : start + MOST_DATA - 1])


def together(lines: Iterable[bytes]) -> bytes:
    return b"".join(lines) + FLUSH
