"""Contents that nothing names any more, found and deleted. Whoever keeps the same bytes at that moment wins.

A content is deleted only if an earlier run had found it unused already, and so long ago that whoever saw it in
use before that has ended. Keeping it again clears that (`blobs.claim`), and the two wait for each other at the row:

- the writer is first: the collector passes the row by, for it is held, and later finds it cleared;
- the collector is first: the writer waits, finds the row gone, and inserts it anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel, ProtectedError
from django.utils import timezone

from projects.models import Blob, Version

# Longer than any request, job step or import takes from reading a tree to naming its contents.
LEAST_GRACE = timedelta(hours=1)
GRACE = timedelta(hours=24)
# So many names are held in memory; beyond, the manifests are read once for each part.
_MOST_NAMES = 200_000
_BATCH = 500


@dataclass
class Collected:
    """What was deleted (or would be), and how many wait until the grace is over."""

    deleted: int = 0
    bytes: int = 0
    waiting: int = 0


def collect(*, grace: timedelta = GRACE, dry_run: bool = False) -> Collected:
    """One run: mark what is unused, delete what was marked by an earlier run before the grace."""
    now = timezone.now()
    collected = Collected()
    parts = Blob.objects.count() // _MOST_NAMES + 1
    for part in range(parts):
        named = _named(part, parts)
        for batch in _batches(part, parts):
            _settle(batch, named, now, now - max(grace, LEAST_GRACE), collected, dry_run=dry_run)
    return collected


def _named(part: int, parts: int) -> set[bytes]:
    """Every content that something names; rows first, for from change sets contents go on into versions."""
    found: set[bytes] = set()
    for sha256 in _named_by_rows():
        if _part_of(sha256, parts) == part:
            found.add(bytes.fromhex(sha256))
    for sha256 in _named_by_versions():
        if _part_of(sha256, parts) == part:
            found.add(bytes.fromhex(sha256))
    return found


def _named_by_rows() -> Iterator[str]:
    """Of every table that has a column for a content, also one that comes to be after this was written."""
    for relation in Blob._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            column = relation.field.attname
            rows = relation.related_model._base_manager.filter(**{f"{column}__isnull": False})
            yield from rows.order_by().values_list(column, flat=True).distinct().iterator(chunk_size=2000)


def _named_by_versions() -> Iterator[str]:
    rows = Version.objects.order_by("pk").values_list("pk", "manifest")
    found = list(rows[:10])
    while found:
        for _, manifest in found:
            yield from (entry[0] for entry in manifest.values())
        found = list(rows.filter(pk__gt=found[-1][0])[:10])


def _part_of(sha256: str, parts: int) -> int:
    return int(sha256[:8], 16) % parts


def _batches(part: int, parts: int) -> Iterator[list[str]]:
    last = ""
    while found := list(Blob.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        yield [sha256 for sha256 in found if _part_of(sha256, parts) == part]
        last = found[-1]


def _settle(
    batch: list[str], named: set[bytes], now: datetime, before: datetime, collected: Collected, *, dry_run: bool
) -> None:
    used = [sha256 for sha256 in batch if bytes.fromhex(sha256) in named]
    unused = [sha256 for sha256 in batch if bytes.fromhex(sha256) not in named]
    ripe = Blob.objects.filter(pk__in=unused, unreachable_since__lt=before)
    gone = dict(ripe.values_list("pk", "size")) if dry_run else _deleted(unused, before)
    if not dry_run:
        _mark(used, was_marked=True, to=None)
        _mark([sha256 for sha256 in unused if sha256 not in gone], was_marked=False, to=now)
    collected.deleted += len(gone)
    collected.bytes += sum(gone.values())
    collected.waiting += len(unused) - len(gone)


def _deleted(unused: list[str], before: datetime) -> dict[str, int]:
    """(hash, size) of what is gone now; what somebody holds, or names after all, is left for another run."""
    try:
        with transaction.atomic():
            ripe = Blob.objects.filter(pk__in=unused, unreachable_since__lt=before).order_by("pk")
            gone = dict(ripe.select_for_update(skip_locked=True).values_list("pk", "size"))
            Blob.objects.filter(pk__in=gone).defer("content").delete()
    except (IntegrityError, ProtectedError):
        return {}
    return gone


def _mark(hashes: list[str], *, was_marked: bool, to: datetime | None) -> None:
    with transaction.atomic():
        rows = Blob.objects.filter(pk__in=hashes, unreachable_since__isnull=not was_marked).order_by("pk")
        free = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if free:
            Blob.objects.filter(pk__in=free).update(unreachable_since=to)
