"""Whose turn it is in a lane: one job after the other, in the order they were asked for or that people gave them.

1. What somebody has begun goes before whatever nobody has: others may build on its files. So does a first build.
2. What is paused before it began keeps its place: nobody who was asked for later overtakes it.
3. Among the rest the higher priority goes first, then the older.

What only reads a branch, such as a push, has a lane of its own.
"""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    SmallIntegerField,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from agents import enums
from agents.models import Job, Queue
from agents.models.jobs import MOST_PRIORITY, JobQuerySet

_BEGUN = MOST_PRIORITY + 1
_IS_BEGUN = Q(started_at__isnull=False) | Q(kind=enums.JobKind.GENERATE)
# Before all that nobody has begun, before all that is paused, and after it.
_FIRST, _EARLY, _LATE = (Value(datetime(year, 1, 1, tzinfo=UTC), DateTimeField()) for year in (1000, 1001, 9000))


def claimable() -> JobQuerySet:
    """Stalled jobs, and those that are due with nobody running or waiting before them; none that the gate keeps."""
    running = Job.objects.filter(lane=OuterRef("lane"), state=enums.JobState.RUNNING)
    is_first = ~Exists(_before()) & ~Exists(running)
    due = _placed(Job.objects.due() | Job.objects.stalled())
    return due.filter(Q(state=enums.JobState.RUNNING) | is_first).filter(_let_in())


def _valued(jobs: JobQuerySet) -> JobQuerySet:
    """With `value`: what goes first when nothing stands between."""
    value = Case(When(_IS_BEGUN, then=Value(_BEGUN)), default=F("priority"), output_field=SmallIntegerField())
    return jobs.alias(value=value)


def _placed(jobs: JobQuerySet) -> JobQuerySet:
    """With its value, and between which paused ones it stands: they let nobody pass."""
    paused = Job.objects.filter(lane=OuterRef("lane"), state=enums.JobState.PAUSED).exclude(_IS_BEGUN)
    earlier = paused.filter(created_at__lt=OuterRef("created_at")).order_by("-created_at").values("created_at")[:1]
    later = paused.filter(created_at__gte=OuterRef("created_at")).order_by("created_at").values("created_at")[:1]
    return _valued(jobs).alias(
        behind=Case(When(_IS_BEGUN, then=_FIRST), default=Coalesce(Subquery(earlier), _EARLY)),
        until=Case(When(_IS_BEGUN, then=_LATE), default=Coalesce(Subquery(later), _LATE)),
    )


def _before() -> JobQuerySet:
    """Those that go before a job which knows its place."""
    is_kept_back = Q(created_at__lte=OuterRef("behind"))
    is_begun = Q(value=_BEGUN, value__gt=OuterRef("value"))
    is_higher = Q(value__gt=OuterRef("value")) | Q(value=OuterRef("value"), created_at__lt=OuterRef("created_at"))
    is_before = is_kept_back | is_begun | (Q(created_at__lt=OuterRef("until")) & is_higher)
    return _valued(Job.objects.filter(lane=OuterRef("lane")).active()).filter(is_before)


def _let_in() -> Q:
    """Asked in the same statement as whatever is claimed."""
    paused = Queue.objects.filter(gate=enums.Gate.PAUSED)
    draining = Queue.objects.filter(gate=enums.Gate.DRAINING)
    return ~Exists(paused) & (Q(started_at__isnull=False) | ~Exists(draining))


def ahead(jobs: Collection[Job]) -> dict[uuid.UUID, int]:
    """How many go before each of these, at two queries for all; those with a lane to themselves need no looking."""
    shared = Job.objects.active().filter(lane__in={job.lane for job in jobs}).order_by().values("lane")
    crowded = set(shared.annotate(count=Count("pk")).filter(count__gt=1).values_list("lane", flat=True))
    waiting = [job.pk for job in jobs if job.lane in crowded]
    none = dict.fromkeys((job.pk for job in jobs), 0)
    return none | _ahead(waiting) if waiting else none


def _ahead(job_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    counted = _before().order_by().values("lane").annotate(count=Count("pk")).values("count")
    rows = _placed(Job.objects.filter(pk__in=job_ids))
    found = rows.annotate(ahead=Coalesce(Subquery(counted), 0)).values_list("pk", "ahead")
    return dict(found)


def foreground(branch_id: int) -> Job | None:
    """What the agent is at: the job that runs; while none does, the one whose turn comes first. Never a chore."""
    active = Job.objects.active().filter(branch=branch_id).exclude(kind__in=enums.CHORES)
    some = list(active.order_by("created_at")[:2])
    if len(some) < 2:
        return some[0] if some else None
    return active.filter(state=enums.JobState.RUNNING).first() or _in_turn(active).first()


def _in_turn(jobs: JobQuerySet) -> JobQuerySet:
    """Of one lane. Behind the same paused one stand those that may overtake each other, and the next that is paused."""
    is_kept = Q(state=enums.JobState.PAUSED, value__lt=_BEGUN)
    last = Case(When(is_kept, then=Value(1)), default=Value(0), output_field=SmallIntegerField())
    return _placed(jobs).alias(last=last).order_by(F("behind"), F("last"), F("value").desc(), "created_at")


def upcoming(lane: str) -> list[uuid.UUID]:
    """The job of the lane that a worker should be told about now, if there is one."""
    return list(claimable().filter(lane=lane).order_by("created_at").values_list("pk", flat=True)[:1])
