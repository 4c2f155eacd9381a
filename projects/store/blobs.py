"""Contents by hash, in the database. Private to projects: others go through services.files."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence

from projects import errors
from projects.models import Blob

# So many blobs, of so many bytes unpacked, are held in memory at once while many are read; one larger comes alone.
BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
# Of so many the sizes are asked at once.
_SIZES = 500
# How much goes to the database in one statement.
_ROWS = 200
_MOST_AT_ONCE = 4 * 1024 * 1024


def put(content: bytes) -> Blob:
    """Keep these bytes; the same bytes are kept once."""
    return keep(pack(content))


def pack(content: bytes) -> Blob:
    """The slow half of `put`, which needs no database."""
    return Blob(
        sha256=hashlib.sha256(content).hexdigest(),
        git_oid=git_oid(content),
        size=len(content),
        content=zlib.compress(content),
    )


def put_all(contents: Iterable[bytes]) -> list[Blob]:
    """As `put`, in the order given."""
    packed = [pack(content) for content in contents]
    # Whoever keeps several does so in one order: two that wait for each other's would wait for ever.
    for blob in sorted(packed, key=lambda blob: blob.sha256):
        keep(blob)
    return packed


def keep(blob: Blob) -> Blob:
    _write([blob])
    return blob


def _write(packed: list[Blob]) -> None:
    claim(blob.sha256 for blob in packed)
    # Two writers of the same bytes must not collide.
    Blob.objects.bulk_create(packed, ignore_conflicts=True)


def claim(hashes: Iterable[str]) -> None:
    """Take back from the collector what it found unused. Before the insert, which does nothing to what is there.

    Whoever finds the mark waits for a collector that is deleting the row, and inserts it anew after that. Where
    there is no mark yet, one made from now on leaves hours of grace.
    """
    marked = Blob.objects.filter(sha256__in=set(hashes), unreachable_since__isnull=False)
    # One by one and in one order, see `put_all`.
    for sha256 in sorted(marked.values_list("sha256", flat=True)):
        Blob.objects.filter(sha256=sha256).update(unreachable_since=None)


def keep_all(packed: Iterable[Blob]) -> None:
    """As `keep`, few megabytes at a time; in one order, as in `put_all`."""
    batch: list[Blob] = []
    size = 0
    for blob in sorted(packed, key=lambda blob: blob.sha256):
        batch.append(blob)
        size += len(blob.content)
        if size > _MOST_AT_ONCE or len(batch) >= _ROWS:
            _write(batch)
            batch, size = [], 0
    if batch:
        _write(batch)


def git_oid(content: bytes) -> str:
    """The name git gives to these bytes."""
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()


def get(sha256: str) -> bytes:
    """The bytes, checked against their hash."""
    blob = Blob.objects.filter(sha256=sha256).first()
    if blob is None:
        raise errors.Corrupt(f"The content {sha256[:12]} is missing.")
    return opened(blob)


def get_many(hashes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(hash, bytes) of each, in the order asked for, a few at a time in memory."""
    for batch in _batches(list(hashes)):
        yield from get_some(batch)


def get_some(hashes: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """As `get_many`, of so few that all may be in memory at once: who asks has seen to that."""
    found = Blob.objects.in_bulk(set(hashes))
    for sha256 in hashes:
        if sha256 not in found:
            raise errors.Corrupt(f"The content {sha256[:12]} is missing.")
        yield sha256, opened(found[sha256])


def _batches(wanted: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(wanted), _SIZES):
        some = wanted[start : start + _SIZES]
        sizes = dict(Blob.objects.filter(sha256__in=set(some)).values_list("sha256", "size"))
        batch, total = list[str](), 0
        for sha256 in some:
            size = sizes.get(sha256, 0)
            if batch and (len(batch) == BATCH or total + size > BATCH_BYTES):
                yield batch
                batch, total = [], 0
            batch.append(sha256)
            total += size
        yield batch


def opened(blob: Blob) -> bytes:
    """Unpacked, and checked against its hash."""
    try:
        # Never unpack more than was put in, whatever the row says now.
        content = zlib.decompressobj().decompress(bytes(blob.content), blob.size + 1)
    except zlib.error:
        content = b""
    if hashlib.sha256(content).hexdigest() != blob.sha256:
        raise errors.Corrupt(f"The content {blob.sha256[:12]} does not match its hash.")
    return content
