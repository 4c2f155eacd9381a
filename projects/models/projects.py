"""Projects, who may touch them, and their branches."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects import enums
from projects.models.users import User


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> Self:
        """Every project this person is a member of."""
        return self.filter(members__user=user)

    def active(self) -> Self:
        return self.filter(archived_at=None)


class Project(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_projects")
    # The stack it was begun with; empty until a plan chose one.
    template = models.CharField(max_length=40, blank=True)
    last_seq = models.PositiveBigIntegerField(default=0, editable=False)
    settings = models.JSONField(default=dict, blank=True)
    forked_from = models.ForeignKey(
        "projects.Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="forks"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "slug"], name="project_slug_unique_per_owner"),
        ]
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person's role in a project. The owner's row mirrors `Project.owner`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=enums.Role)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project"),
            models.UniqueConstraint(fields=["project"], condition=Q(role="owner"), name="member_one_owner"),
            models.CheckConstraint(condition=Q(role__in=enums.Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"


class Branch(models.Model):
    """A line of versions. `head` is null while its tree is empty and moves only on apply."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="branches")
    name = models.CharField(max_length=120, default="main")
    head = models.ForeignKey("projects.Version", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    # The stack that a plan chose for it alone; empty: that of the project.
    template = models.CharField(max_length=40, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "branches"
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="branch_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name
