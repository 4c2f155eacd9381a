"""Takes a sample of every box that runs, and lets go of old ones."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from sandboxes.backends import base
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sample, Sandbox, samples
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

KEPT = timedelta(days=1)
# Rounds that come sooner take none: so many a day is what a sandbox can have at most.
LEAST_APART = timedelta(seconds=20)
_MOST = 500
_AT_ONCE = 16
_SECONDS = 5.0


def measure(now: datetime) -> int:
    """How many samples were taken."""
    Sample.objects.filter(taken_at__lt=now - KEPT).delete()
    recent = Sample.objects.filter(taken_at__gt=now - LEAST_APART).values("sandbox")
    running = Sandbox.objects.with_box().filter(state=SandboxState.READY).exclude(pk__in=recent)
    rows = list(running.order_by("pk")[:_MOST])
    before = _newest(rows)
    used = loop.call(_ask_all(rows), _SECONDS * (2 + len(rows) / _AT_ONCE)) if rows else []
    taken = [_sample(row, use, before.get(row.pk), now) for row, use in zip(rows, used, strict=True) if use]
    Sample.objects.bulk_create(taken, ignore_conflicts=True)
    return len(taken)


def _newest(rows: Sequence[Sandbox]) -> dict[object, Sample]:
    """Of each of them, the sample before."""
    newest = Sample.objects.filter(sandbox=OuterRef("pk")).order_by("-taken_at").values("pk")[:1]
    numbers = Sandbox.objects.filter(pk__in=[row.pk for row in rows]).values_list(Subquery(newest), flat=True)
    return {sample.sandbox_id: sample for sample in Sample.objects.filter(pk__in=list(numbers))}


async def _ask_all(rows: Sequence[Sandbox]) -> list[base.Usage | None]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(sandbox: Sandbox) -> base.Usage | None:
        try:
            async with turns, asyncio.timeout(_SECONDS):
                return await boxes.usage(sandbox)
        except (SandboxLost, TimeoutError) as silent:
            log.debug("Box of %s was not measured: %s", sandbox.pk, silent)
            return None

    return list(await asyncio.gather(*map(ask, rows)))


def _sample(sandbox: Sandbox, use: base.Usage, before: Sample | None, now: datetime) -> Sample:
    box = str(sandbox.handle["id"])
    seconds = (now - before.taken_at).total_seconds() if before else 0.0
    return Sample(
        sandbox=sandbox,
        taken_at=now,
        box=box,
        memory_bytes=use.memory_bytes,
        disk_bytes=use.disk_bytes,
        processes=use.processes,
        cpu_seconds=use.cpu_seconds,
        cpu_share=samples.share(before, box=box, cpu_seconds=use.cpu_seconds, seconds=seconds),
    )
