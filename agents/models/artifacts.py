"""What a job made that is no part of the project's files: something to take away, kept with the job."""

import uuid

from django.db import models

from agents.models.jobs import Job
from projects.models import Blob

MOST_NAME = 200


class Artifact(models.Model):
    """Immutable, and gone with its job. Its bytes lie in pieces among the contents of all projects."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=MOST_NAME)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="artifact_name_unique"),
        ]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name


class Piece(models.Model):
    """One stretch of an artifact's bytes. As long as it names the content, nobody collects that."""

    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artifact", "position"], name="piece_position_unique"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"piece {self.position}"
