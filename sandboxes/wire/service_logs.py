"""What a program of a box has written so far, masked, from any place of it on."""

from dataclasses import dataclass

from projects.masking import Masker, Stream
from projects.masking.masker import joined, replaced
from sandboxes.wire import client, values


@dataclass(frozen=True)
class Written:
    """`since` is where the text begins, in bytes of all that was ever written; `next` is where the next one begins."""

    since: int
    next: int
    text: str


async def read(wire: client.Wire, name: str, since: int | None, masker: Masker, *, most: int) -> Written:
    """From there on, or with None the newest lines of as much as may be read at once.

    All that the box still has is looked through: where a reader begins may be in the middle of a secret.
    """
    try:
        chunks = [chunk async for chunk in wire.logs(name, follow=False)]
    except values.Refused:
        return Written(since or 0, since or 0, "")
    data, first = b"".join(chunk.data for chunk in chunks), chunks[0].offset if chunks else since or 0
    return window(data, first, first + newest(data, most) if since is None else since, masker, most=most)


def newest(data: bytes, most: int) -> int:
    """Where the last lines begin that are no longer than this; in the middle of one that is longer itself."""
    at = len(data) - most
    if at <= 0:
        return 0
    before = data.find(b"\n", at - 1, len(data) - 1)
    return before + 1 if before >= 0 else at


def window(data: bytes, first: int, since: int, masker: Masker, *, most: int) -> Written:
    """1. What may be the beginning of a secret waits for the next reading.
    2. Of a secret that begins before, nothing is said; its name was said where it begins.
    3. A cut leaves no half of a secret, and no half of a letter.
    """
    stream = Stream(masker)
    stream.feed(data)
    spans = joined(masker.spans(data))
    begin = min(max(since - first, 0), len(data))
    end = len(data) - stream.kept_back
    begin = next((span.end for span in spans if span.start < begin < span.end), begin)
    end = max(begin, min(end, begin + most))
    end = next((span.start for span in spans if span.start < end < span.end), end)
    end = max(begin, _whole_letters(data, end))
    inside = [span for span in spans if begin <= span.start and span.end <= end]
    shifted = [span._replace(start=span.start - begin, end=span.end - begin) for span in inside]
    text = replaced(data[begin:end], shifted).decode(errors="replace")
    return Written(first + begin, first + end, text)


def _whole_letters(data: bytes, end: int) -> int:
    """Before a letter that goes on beyond the end."""
    while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return end
