"""Immutable states of a project's tree."""

import uuid

from django.db import models

from projects import enums
from projects.models.projects import Project


class Version(models.Model):
    """One tree, numbered without gaps within its project. Never changed, never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    parents = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="children")
    tree_hash = models.CharField(max_length=64)
    # {path: [sha256, size, executable]}
    manifest = models.JSONField(default=dict)
    author_kind = models.CharField(max_length=10, choices=enums.AuthorKind)
    author_line = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    job_ref = models.UUIDField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="version_number_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="version_number_positive"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"
