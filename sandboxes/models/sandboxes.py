"""The place where one branch of a project runs."""

import base64
import secrets
import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from projects.models import Branch, ChangeSet, Project
from sandboxes import enums


def new_label() -> str:
    """128 random bits that a host name can carry: the capability to see a preview."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


class SandboxQuerySet(models.QuerySet["Sandbox"]):
    def with_box(self) -> Self:
        return self.exclude(handle={})


class Sandbox(models.Model):
    """The row is the truth; the box behind `handle` can be made again from the project's files."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sandboxes")
    branch = models.OneToOneField(Branch, on_delete=models.CASCADE, related_name="sandbox")
    backend = models.CharField(max_length=20, blank=True)
    handle = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=26, unique=True, default=new_label)
    state = models.CharField(max_length=10, choices=enums.SandboxState, default=enums.SandboxState.ABSENT)
    # What is on disk in the box, so that a sync knows whether it has anything to do.
    tree_hash = models.CharField(max_length=64, blank=True)
    # The open change set that is shown over the branch's head, if any.
    changeset = models.ForeignKey(ChangeSet, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    port = models.PositiveIntegerField(null=True, blank=True)
    # When it was last used, and when a page of it was last seen to be open: that keeps it from being paused, and not
    # from being put away in the end.
    touched_at = models.DateTimeField(null=True, blank=True)
    watched_at = models.DateTimeField(null=True, blank=True)
    # So many faults that its browsers reported were told to people, in the minute that began then.
    told_since = models.DateTimeField(null=True, blank=True)
    told = models.PositiveIntegerField(default=0)
    limits = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SandboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "sandboxes"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=enums.SandboxState.values), name="sandbox_state_known"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="sandbox_failed_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.project} ({self.state})"

    @property
    def planned(self) -> str:
        """The stack that a plan chose for what runs here; empty where nobody planned."""
        return self.branch.template or self.project.template
