"""Long actions: the row is the truth, the queue only a hint."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agents import enums
from agents.models.sessions import Session
from projects.models import Branch, Project

TERMINAL = (enums.JobState.COMPLETED, enums.JobState.FAILED, enums.JobState.CANCELLED)
ACTIVE = (enums.JobState.QUEUED, enums.JobState.RUNNING, enums.JobState.PAUSED)
# Nobody works on them, and nobody will unless a person asks.
AT_REST = (*TERMINAL, enums.JobState.PAUSED)
# How far people may move a job forward or back among those that wait.
MOST_PRIORITY = 100


def lane_of_branch(branch_id: int) -> str:
    return f"branch {branch_id}"


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def chores(self) -> Self:
        return self.filter(kind__in=enums.CHORES)

    def due(self) -> Self:
        """Queued, and not asked to wait any longer."""
        return self.filter(state=enums.JobState.QUEUED).filter(Q(not_before=None) | Q(not_before__lte=Now()))

    def stalled(self) -> Self:
        """Running by a worker that no longer says so."""
        return self.filter(state=enums.JobState.RUNNING, lease_expires__lt=Now())


class Job(models.Model):
    """Owned by one worker at a time, by lease. Doors write `intent`, never `state`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="jobs")
    # A chore belongs to no conversation.
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="jobs", null=True, blank=True)
    # Jobs of one lane go one after the other: those that write a branch, and those that push to one remote.
    lane = models.CharField(max_length=60, editable=False)
    kind = models.CharField(max_length=12, choices=enums.JobKind)
    # What people call it; without one, the first words of what was said.
    title = models.CharField(max_length=120, blank=True, default="")
    # Among those of its lane that nobody has begun, the higher goes first.
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=enums.JobState, default=enums.JobState.QUEUED)
    intent = models.CharField(max_length=8, choices=enums.Intent, blank=True, default="")
    waiting_for = models.CharField(max_length=10, choices=enums.WaitingFor, blank=True, default="")
    phase = models.CharField(max_length=14, choices=enums.Phase, default=enums.Phase.IDLE)
    # Where a paused or failed job goes on when it is resumed or retried.
    phase_before = models.CharField(max_length=14, choices=enums.Phase, blank=True, default="")
    phase_since = models.DateTimeField(null=True, blank=True)
    blueprint = models.JSONField(default=dict, blank=True)
    # [{"title", "files": [{"path", "purpose", "closed"}]}]
    plan = models.JSONField(default=list, blank=True)
    input = models.JSONField(default=dict, blank=True)
    output = models.JSONField(default=dict, blank=True)
    # {code, message, user_action, retryable}
    error = models.JSONField(null=True, blank=True)
    # With another model, from the version that one began from, on a branch of its own.
    rerun_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reruns")
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)
    model = models.CharField(max_length=120)
    # As exact as what each call costs: PostgreSQL rounds every sum to the places of its column.
    budget = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    reserved = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    spent = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    attempts = models.PositiveIntegerField(default=0)
    # The fence: every write of a worker names the token it holds.
    lease_token = models.UUIDField(null=True, blank=True)
    lease_expires = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # It ran in another installation and came as a file: a story, and nothing that could go on.
    imported_at = models.DateTimeField(null=True, blank=True)

    # Of those that `services.waiting.told` gives: why it does not go on; empty when nothing holds it up.
    waits: str

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TERMINAL, finished_at__isnull=False)
                | Q(state__in=ACTIVE, finished_at__isnull=True),
                name="job_finished_iff_terminal",
            ),
            models.CheckConstraint(
                condition=Q(state="failed", error__isnull=False) | (~Q(state="failed") & Q(error__isnull=True)),
                name="job_error_iff_failed",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_token__isnull=False)
                | (~Q(state="running") & Q(lease_token__isnull=True)),
                name="job_leased_iff_running",
            ),
            models.UniqueConstraint(
                fields=["lane"],
                condition=Q(state="running"),
                name="job_one_running_per_lane",
            ),
            models.CheckConstraint(condition=~Q(lane=""), name="job_has_lane"),
            models.CheckConstraint(
                condition=Q(priority__gte=-MOST_PRIORITY, priority__lte=MOST_PRIORITY), name="job_priority_bounded"
            ),
            models.CheckConstraint(
                condition=Q(session__isnull=True, kind__in=enums.CHORES)
                | (Q(session__isnull=False) & ~Q(kind__in=enums.CHORES)),
                name="job_talks_unless_chore",
            ),
            models.CheckConstraint(
                condition=Q(imported_at__isnull=True) | Q(state__in=TERMINAL, spent=0, reserved=0),
                name="job_imported_is_over_and_free",
            ),
            models.UniqueConstraint(
                fields=["project", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="job_idempotency_key_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_expires"], name="job_by_state_and_lease"),
            # What one more of the kind may cost is told by the last ones.
            models.Index(fields=["kind", "model", "-created_at"], name="job_alike"),
            # Who stands before whom, however many have long ended.
            models.Index(fields=["lane", "created_at"], condition=Q(state__in=ACTIVE), name="job_turns"),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.id)[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Who names no lane of its own writes its branch."""
        self.lane = self.lane or lane_of_branch(self.branch_id)
        super().save(*args, **kwargs)

    @property
    def is_chore(self) -> bool:
        return self.kind in enums.CHORES

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


class Attempt(models.Model):
    """One worker's try at a job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="attempt_rows")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # completed, failed, cancelled, paused, yielded, lost or retried
    outcome = models.CharField(max_length=12, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="attempt_number_unique"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class Step(models.Model):
    """One model call with a named list of files, or one command. Done is done: never repeated."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=60)
    ordinal = models.PositiveIntegerField()
    role = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=enums.StepState, default=enums.StepState.RUNNING)
    output = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "key"], name="step_key_unique"),
            models.CheckConstraint(
                condition=Q(state__in=("done", "failed"), finished_at__isnull=False)
                | Q(state="running", finished_at__isnull=True),
                name="step_ended_says_when",
            ),
        ]
        ordering = ["ordinal"]

    def __str__(self) -> str:
        return self.key
