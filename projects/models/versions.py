"""Immutable states of a project's tree, and the names people give to some of them."""

import uuid

from django.conf import settings
from django.db import models

from projects import enums
from projects.models.projects import Project


class Version(models.Model):
    """One tree, numbered without gaps within its project. Never changed, never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    parents = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="children", through="Parentage"
    )
    tree_hash = models.CharField(max_length=64)
    # {path: [sha256, size, executable]}
    manifest = models.JSONField(default=dict)
    author_kind = models.CharField(max_length=10, choices=enums.AuthorKind)
    author_line = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    # What git calls it: worked out when git first asks, or as it was pushed, then with its bytes.
    commit_oid = models.CharField(max_length=40, null=True, blank=True)
    raw_commit = models.BinaryField(null=True, blank=True)
    job_ref = models.UUIDField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Of those that `services.versions.detailed` gives.
    origins: list[int]
    labelled: list["Checkpoint"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="version_number_unique"),
            models.UniqueConstraint(fields=["project", "commit_oid"], name="version_commit_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="version_number_positive"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"


class Parentage(models.Model):
    """What a version was made from, in order: the head it followed, then what was merged into it."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="parentage")
    parent = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="parentage_position_unique"),
            models.UniqueConstraint(fields=["version", "parent"], name="parentage_parent_once"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.version_id} from {self.parent_id}"


class Checkpoint(models.Model):
    """A label on a version, to come back to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checkpoints")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="checkpoints")
    label = models.CharField(max_length=120)
    session_ref = models.UUIDField(null=True, blank=True)
    message_ref = models.UUIDField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label
