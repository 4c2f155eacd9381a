"""Why a job does not go on, in a sentence for whoever looks at it."""

import math
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from agents.enums import Gate, JobState, WaitingFor
from agents.lifecycle import turns
from agents.models import Attempt, Job
from agents.services import queues

_FOR = {
    WaitingFor.NOTHING: "Waits for you.",
    WaitingFor.USER: "Waits for you.",
    WaitingFor.APPROVAL: "Waits for your approval.",
    WaitingFor.BUDGET: "Waits for more budget.",
    WaitingFor.ANSWER: "Waits for your answer.",
}
_GATE = {Gate.PAUSED: "The queue is paused.", Gate.DRAINING: "The queue takes nothing new for now."}


def told(jobs: Iterable[Job]) -> list[Job]:
    """Each with its reason, at a few queries for all."""
    found = list(jobs)
    look = _Look(found)
    for job in found:
        job.waits = look.reason(job)
    return found


def reason(job: Job) -> str:
    return told([job])[0].waits


class _Look:
    """What is asked at most once for all jobs that are looked at, and not at all for those that do not wait."""

    def __init__(self, jobs: list[Job]) -> None:
        self.now: datetime = timezone.now()
        self.queued = [job for job in jobs if job.state == JobState.QUEUED]

    def reason(self, job: Job) -> str:
        if job.state == JobState.PAUSED:
            return _FOR[WaitingFor(job.waiting_for)]
        if job.state == JobState.QUEUED:
            return self._turn(job) or self._pause(job) or self._gate(job) or self._worker("Waits for a free worker.")
        if job.state == JobState.RUNNING and job.lease_expires is not None and job.lease_expires < self.now:
            return self._gate(job) or self._worker("Its worker is gone; the next goes on from its last step.")
        return ""

    def _turn(self, job: Job) -> str:
        count = self.ahead.get(job.pk, 0)
        return f"{count} job{'s' if count > 1 else ''} before yours." if count else ""

    def _pause(self, job: Job) -> str:
        if job.not_before is None or job.not_before <= self.now:
            return ""
        seconds = math.ceil((job.not_before - self.now).total_seconds())
        why = self.failures.get(job.pk)
        return f"Tries again in {seconds} s: {why[:1].lower()}{why[1:]}" if why else f"Tries again in {seconds} s."

    def _gate(self, job: Job) -> str:
        is_kept = self.gate == Gate.PAUSED or (self.gate == Gate.DRAINING and job.started_at is None)
        return _GATE[self.gate] if is_kept else ""

    def _worker(self, otherwise: str) -> str:
        return "Nobody works on the queue." if self.is_deserted else otherwise

    @cached_property
    def ahead(self) -> dict[UUID, int]:
        return turns.ahead(self.queued)

    @cached_property
    def failures(self) -> dict[UUID, str]:
        """What the newest try of each failed for."""
        tries = Attempt.objects.filter(job__in=self.queued, outcome="retried").order_by("number")
        return dict(tries.values_list("job_id", "error"))

    @cached_property
    def gate(self) -> Gate:
        return Gate(queues.read().gate)

    @cached_property
    def is_deserted(self) -> bool:
        return queues.is_deserted()
