"""The queue of jobs: how much waits there and for how long, who works on it, and whether they may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.utils.module_loading import import_string

from agents import enums, tasks
from agents.lifecycle import leases
from agents.models import Job, Queue
from agents.models.queues import GENERATE
from projects.models import User
from projects.services import audit

_ACTS = {enums.Gate.OPEN: "queue_opened", enums.Gate.DRAINING: "queue_drained", enums.Gate.PAUSED: "queue_paused"}


@dataclass(frozen=True)
class Worker:
    """A process that takes work from these queues."""

    host: str
    pid: int
    queues: tuple[str, ...]


@dataclass(frozen=True)
class Depth:
    """Jobs in one state, and since when the one that was asked for first is there."""

    state: str
    count: int
    oldest_at: datetime


def workers() -> list[Worker] | None:
    """Those that are ready now; None when nobody can be asked."""
    ask: Callable[[], list[dict[str, Any]] | None] = import_string(settings.WORKFORCE)
    said = ask()
    return None if said is None else [_worker(facts) for facts in said]


def _worker(facts: dict[str, Any]) -> Worker:
    return Worker(str(facts.get("host", "")), int(facts.get("pid", 0)), tuple(facts.get("queues", ())))


def is_deserted() -> bool:
    """Whether surely nobody takes jobs."""
    there = workers()
    return there is not None and not any(GENERATE in worker.queues for worker in there)


def depths() -> list[Depth]:
    rows = Job.objects.active().order_by("state").values("state")
    counted = rows.annotate(count=Count("pk"), oldest_at=Min("created_at"))
    return [Depth(**row) for row in counted]


def read() -> Queue:
    """As it was set, or open."""
    return Queue.objects.select_related("changed_by").filter(name=GENERATE).first() or Queue(name=GENERATE)


def set_gate(gate: enums.Gate, *, by: User) -> Queue:
    """Paused: nothing is taken, and what runs ends its turn. Draining: only what somebody has begun is taken."""
    with transaction.atomic():
        queue, _ = Queue.objects.update_or_create(name=GENERATE, defaults={"gate": gate, "changed_by": by})
        audit.write(_ACTS[gate], by=by, target=queue)
        if gate != enums.Gate.PAUSED:
            for job_id in leases.claimable():
                tasks.execute_job.delay_on_commit(str(job_id))
    return queue
