"""Proposed changes to a tree: the only road by which files are written."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects import enums
from projects.models.files import Blob
from projects.models.projects import Branch, Project
from projects.models.versions import Version


class ChangeSet(models.Model):
    """Staged changes over `base`. Many may be open; a job has one open per branch."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="changesets")
    # What was decided outlives the branch; only a closed set has none.
    branch = models.ForeignKey(Branch, on_delete=models.SET_NULL, null=True, blank=True, related_name="changesets")
    branch_name = models.CharField(max_length=120, editable=False)
    base = models.ForeignKey(Version, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=enums.ChangeSetState, default=enums.ChangeSetState.OPEN)
    # What is joined with the branch when this is applied: the version's second parent.
    merges = models.ForeignKey(Version, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    author_kind = models.CharField(max_length=10, choices=enums.AuthorKind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    job_ref = models.UUIDField(null=True, blank=True)
    # One more with each staging: who decides says which one they looked at.
    revision = models.PositiveIntegerField(default=0)
    # Of which this holds what was left, or whose place it took.
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followers")
    applied_as = models.ForeignKey(Version, on_delete=models.RESTRICT, null=True, blank=True, related_name="changesets")
    created_at = models.DateTimeField(auto_now_add=True)

    # The numbers of versions, of those that `services.showing.listed` gives.
    base_number: int | None
    merged: int | None
    became: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "job_ref"],
                condition=Q(job_ref__isnull=False, state="open"),
                name="changeset_one_per_branch_and_job",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_as__isnull=False)
                | (~Q(state="applied") & Q(applied_as__isnull=True)),
                name="changeset_applied_iff_version",
            ),
            models.CheckConstraint(condition=Q(state__in=enums.ChangeSetState.values), name="changeset_state_known"),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="changeset_newest"),
            models.Index(fields=["project", "state", "-created_at", "-id"], name="changeset_newest_of_state"),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title or f"change set {str(self.id)[:8]}"

    @property
    def is_open(self) -> bool:
        """Whether anything can still become of it."""
        return self.state == enums.ChangeSetState.OPEN and self.branch_id is not None


class Change(models.Model):
    """One path of a change set: what it was, what it becomes (null = deleted)."""

    changeset = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="changes")
    path = models.CharField(max_length=240)
    before = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    after = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    executable = models.BooleanField(default=False)
    # What whoever wrote it says the file is for, in a line; empty where nobody said.
    purpose = models.CharField(max_length=400, blank=True, default="")
    decision = models.CharField(max_length=10, choices=enums.Decision, default=enums.Decision.UNDECIDED)
    # {hunk id: approved or rejected}; a hunk that is not named goes with its file.
    hunks = models.JSONField(default=dict, blank=True)
    staged_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["changeset", "path"], name="change_path_unique"),
        ]
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path
