"""What came of reading a finished job's stored replies once more. A fact about a job, no part of it."""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from agents import enums
from agents.models.jobs import Job

# A replay takes seconds: a worker that has not ended it after so long has died over it.
STALE = timedelta(minutes=3)
LOST = timedelta(seconds=15)
MOST_TRIES = 3


class ReplayQuerySet(models.QuerySet["Replay"]):
    def pending(self) -> Self:
        return self.filter(finished_at=None)

    def free(self) -> Self:
        """Nobody is at it: not begun, or by a worker that has died over it."""
        return self.pending().filter(Q(started_at=None) | Q(started_at__lt=timezone.now() - STALE))

    def overdue(self) -> Self:
        """So long asked for that the message must be lost."""
        return self.free().filter(created_at__lt=timezone.now() - LOST)


class Replay(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="replays")
    purpose = models.CharField(max_length=8, choices=enums.Purpose, default=enums.Purpose.REPLAY)
    verdict = models.CharField(max_length=10, choices=enums.Verdict, blank=True, default=enums.Verdict.PENDING)
    # What came of it, in a sentence.
    message = models.TextField(blank=True)
    expected_hash = models.CharField(max_length=64, blank=True)
    tree_hash = models.CharField(max_length=64, blank=True)
    # What was asked for with it: to begin at this step, and to keep the result on this branch.
    from_step = models.CharField(max_length=60, blank=True, default="")
    into = models.CharField(max_length=120, blank=True, default="")
    # [{"path", "change", "added", "removed"}], the first so many
    differences = models.JSONField(default=list, blank=True)
    # Both sides: {"job": {files, cost, input_tokens, output_tokens, seconds}, "replay": {…}}
    figures = models.JSONField(default=dict, blank=True)
    tries = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ReplayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", finished_at__isnull=True) | (~Q(verdict="") & Q(finished_at__isnull=False)),
                name="replay_verdict_iff_finished",
            ),
        ]
        ordering = ["-created_at"]
        permissions = [("record_demo", "Can make recordings for the demo")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} of {self.job}"
