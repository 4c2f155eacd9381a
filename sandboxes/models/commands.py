"""What was run in a sandbox, and how it ended."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sandboxes import enums
from sandboxes.models.sandboxes import Sandbox


class Command(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="commands")
    job_ref = models.UUIDField(null=True, blank=True, db_index=True)
    kind = models.CharField(max_length=10, choices=enums.CommandKind)
    title = models.CharField(max_length=120)
    argv = models.JSONField(default=list)
    # Of one that a person asked for: who, in which folder, and how long it may take.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cwd = models.CharField(max_length=240, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=enums.CommandState, default=enums.CommandState.RUNNING)
    exit_code = models.IntegerField(null=True, blank=True)
    # The last lines it wrote, bounded, and how many characters came before them.
    output = models.TextField(blank=True)
    skipped = models.PositiveBigIntegerField(default=0)
    # Of a server: so much of what it wrote was listened to.
    heard = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="finished", finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at__isnull=True),
                name="command_finished_says_when",
            ),
        ]
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return self.title
