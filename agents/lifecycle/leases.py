"""Who works on a job: claimed by compare-and-set, kept by heartbeat, fenced by a token.

Every write of a worker happens inside `hold`, which proves in the same transaction that the
worker still owns the job. A worker that lost its lease therefore cannot change anything.

Leases run by the database's clock: those of several hosts never quite agree.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from agents import enums
from agents.lifecycle import turns
from agents.models import Attempt, Generation, Job
from projects.models import Project


class LeaseLost(Exception):
    """Somebody else owns the job now; this worker steps aside without a word."""


@dataclass(frozen=True)
class Lease:
    job_id: uuid.UUID
    project_id: uuid.UUID
    token: uuid.UUID


def _until() -> Combinable:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


def claim(job_id: uuid.UUID | str, *, worker: str) -> Lease | None:
    """Take the job, or None when it is not ours to take.

    1. Lock the project, then read the job: nobody else can claim in between.
    2. Free means: queued, due and first in its lane, or running under a lease that has run out.
    3. Should all this be wrong, the database still refuses a second running job in the lane.
    """
    job = Job.objects.filter(pk=job_id).only("project_id").first()
    if job is None:
        return None
    try:
        with transaction.atomic():
            _lock(job.project_id)
            return _take(job_id, worker=worker)
    except IntegrityError:
        return None


def _lock(project_id: uuid.UUID) -> bool:
    """False when the project is gone."""
    return Project.objects.select_for_update(no_key=True).filter(pk=project_id).first() is not None


def _take(job_id: uuid.UUID | str, *, worker: str) -> Lease | None:
    token, now = uuid.uuid4(), timezone.now()
    taken = (
        turns.claimable()
        .filter(pk=job_id)
        .update(
            state=enums.JobState.RUNNING,
            lease_token=token,
            lease_expires=_until(),
            attempts=F("attempts") + 1,
            not_before=None,
            reserved=0,  # for a call that a worker who died was in
            started_at=Coalesce("started_at", Value(now)),
        )
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    _close_what_was_left(job)
    Attempt.objects.create(job=job, number=job.attempts, worker=worker)
    return Lease(job_id=job.pk, project_id=job.project_id, token=token)


def _close_what_was_left(job: Job) -> None:
    """By a worker that died over it: its attempt, and the call of a model it was in."""
    job.attempt_rows.filter(finished_at=None).update(finished_at=timezone.now(), outcome="lost")
    settle_lost_calls(job)


def settle_lost_calls(job: Job) -> None:
    """Of a worker that is not at it any more; one that lives has settled its own. What it put aside is the caller's."""
    Job.objects.select_for_update(no_key=True).filter(pk=job.pk).first()  # before its calls, as everybody locks them
    open_calls = Generation.objects.filter(job=job, state=enums.GenerationState.OPEN)
    open_calls.update(state=enums.GenerationState.SETTLED, error_code="lost")


@contextmanager
def hold(lease: Lease) -> Iterator[Job]:
    """A transaction in which the job is surely ours: project locked, fence checked, job fresh."""
    with transaction.atomic():
        if not _lock(lease.project_id) or not extend(lease):
            raise LeaseLost
        yield Job.objects.select_related("project", "branch", "session").get(pk=lease.job_id)


def extend(lease: Lease) -> bool:
    """The heartbeat. False when the lease is somebody else's by now."""
    mine = Job.objects.filter(pk=lease.job_id, lease_token=lease.token, state=enums.JobState.RUNNING)
    return bool(mine.update(lease_expires=_until()))


def is_owned(job: Job) -> bool:
    """Whether a worker holds it. One whose lease ran out is dead, or will find that it lost it."""
    return Job.objects.filter(pk=job.pk, state=enums.JobState.RUNNING, lease_expires__gt=Now()).exists()


def intent(lease: Lease) -> str | None:
    """What is asked of this job; None when the lease is lost. Archiving its project ends it, too."""
    mine = Job.objects.filter(pk=lease.job_id, lease_token=lease.token)
    row = mine.values_list("intent", "project__archived_at").first()
    if row is None:
        return None
    asked, archived_at = row
    return enums.Intent.CANCEL if archived_at else asked


def release_all() -> int:
    """Free every lease at once: the previous boot of a one-machine installation is dead."""
    return Job.objects.filter(state=enums.JobState.RUNNING).update(lease_expires=Now() - timedelta(seconds=1))


def claimable() -> list[uuid.UUID]:
    """Jobs somebody should be told about: due ones whose message may be lost, stalled ones."""
    return list(turns.claimable().order_by("created_at").values_list("pk", flat=True)[:200])
