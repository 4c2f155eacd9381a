"""Large contents that are no files of a project, in pieces; whoever keeps them names each piece in a column of theirs.

What no column names any more is collected like any other content.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from projects.store import blobs

# The same bytes are cut alike, so they are kept once.
PIECE = 1024 * 1024


@dataclass
class Kept:
    """What was kept so far: the pieces by their hashes, and the size and the hash of the whole."""

    pieces: list[str] = field(default_factory=list)
    size: int = 0
    sha256: str = hashlib.sha256().hexdigest()


def keep(source: Iterable[bytes]) -> Iterator[Kept]:
    """One piece after the other in memory; after each what is kept by then, so that its caller may stop between two."""
    whole, kept = hashlib.sha256(), Kept()
    for piece in _cut(source):
        whole.update(piece)
        kept.pieces.append(blobs.put(piece).sha256)
        kept.size += len(piece)
        kept.sha256 = whole.hexdigest()
        yield kept


def read(pieces: Iterable[str]) -> Iterator[bytes]:
    """In their order, a few at a time in memory, each checked against its hash."""
    for _, content in blobs.get_many(pieces):
        yield content


def _cut(source: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for part in source:
        waiting += part
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)
