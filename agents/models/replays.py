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

# A worker that says nothing for so long has died over it; nobody begins more often than so.
STALE = timedelta(minutes=10)
LOST = timedelta(seconds=15)
MOST_TRIES = 3


class ReplayQuerySet(models.QuerySet["Replay"]):
    def pending(self) -> Self:
        return self.filter(finished_at=None)

    def overdue(self) -> Self:
        """Asked for, and nobody is at it: the message was lost, or its worker."""
        now = timezone.now()
        unheard = Q(started_at=None, created_at__lt=now - LOST)
        return self.pending().filter(unheard | Q(started_at__lt=now - STALE))


class Replay(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="replays")
    purpose = models.CharField(max_length=8, choices=enums.Purpose, default=enums.Purpose.REPLAY)
    verdict = models.CharField(max_length=10, choices=enums.Verdict, blank=True, default=enums.Verdict.PENDING)
    # What came of it, in a sentence.
    message = models.TextField(blank=True)
    expected_hash = models.CharField(max_length=64, blank=True)
    tree_hash = models.CharField(max_length=64, blank=True)
    # [{"path", "change"}], the first so many
    differences = models.JSONField(default=list, blank=True)
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
