"""Whose turn it is in a lane: one job after the other, in the order they were asked for.

A job that is paused or waits for another try keeps its place: those behind it build on its files.
What only reads a branch, such as a push, has a lane of its own.
"""

import uuid

from django.db.models import Exists, OuterRef, Q

from agents import enums
from agents.models import Job
from agents.models.jobs import JobQuerySet


def claimable() -> JobQuerySet:
    """Stalled jobs, and those that are due with nobody running or waiting before them."""
    same_lane = Job.objects.filter(lane=OuterRef("lane"))
    earlier = same_lane.active().filter(created_at__lt=OuterRef("created_at"))
    running = same_lane.filter(state=enums.JobState.RUNNING)
    is_first = ~Exists(earlier) & ~Exists(running)
    return (Job.objects.due() | Job.objects.stalled()).filter(Q(state=enums.JobState.RUNNING) | is_first)


def foreground(branch_id: int) -> Job | None:
    """What the agent is at: the job that runs; while none does, the one whose turn comes first. Never a chore."""
    active = Job.objects.active().filter(branch=branch_id).exclude(kind__in=enums.CHORES)
    return active.filter(state=enums.JobState.RUNNING).first() or active.order_by("created_at").first()


def upcoming(lane: str) -> list[uuid.UUID]:
    """The job of the lane that a worker should be told about now, if there is one."""
    return list(claimable().filter(lane=lane).order_by("created_at").values_list("pk", flat=True)[:1])
