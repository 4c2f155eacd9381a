"""What a sandbox takes of the machine: now, and as it was sampled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sample, Sandbox, samples
from sandboxes.wire import boxes, loop

_SECONDS = 3.0
# Of two samples at least one is younger.
_FRESH = timedelta(seconds=75)


@dataclass(frozen=True)
class Now:
    """`note` is what the watchdog of the box did last."""

    taken_at: datetime
    memory_bytes: int
    disk_bytes: int
    processes: int
    cpu_seconds: float
    cpu_share: float | None
    note: str


def now(sandbox: Sandbox) -> Now | None:
    """None where nothing runs. Where this process reaches no box, it is the newest sample."""
    if sandbox.state != SandboxState.READY or not sandbox.handle:
        return None
    moment, before, box = timezone.now(), history(sandbox).first(), str(sandbox.handle["id"])
    try:
        used = loop.call(boxes.usage(sandbox), _SECONDS)
    except (SandboxLost, TimeoutError):
        used = None
    if used is None:
        return _as_sampled(before, box, moment)
    seconds = (moment - before.taken_at).total_seconds() if before else 0.0
    share = samples.share(before, box=box, cpu_seconds=used.cpu_seconds, seconds=seconds)
    return Now(moment, used.memory_bytes, used.disk_bytes, used.processes, used.cpu_seconds, share, used.note)


def _as_sampled(newest: Sample | None, box: str, moment: datetime) -> Now | None:
    if newest is None or newest.box != box or moment - newest.taken_at > _FRESH:
        return None
    names = ("taken_at", "memory_bytes", "disk_bytes", "processes", "cpu_seconds", "cpu_share")
    return Now(**{name: getattr(newest, name) for name in names}, note="")


def history(sandbox: Sandbox) -> "QuerySet[Sample]":
    """The newest first. They are taken every half minute, and kept for a day."""
    return Sample.objects.filter(sandbox_id=sandbox.pk).order_by("-taken_at")
