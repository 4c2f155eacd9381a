"""Who was asked to join a project, and who did what."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from projects import enums
from projects.models.projects import Project


class Invitation(models.Model):
    """An offer of a role to whoever reads this mail. Only a digest of the link's secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=enums.Role)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project", Lower("email"), condition=Q(accepted_at=None), name="invitation_one_open_per_address"
            ),
            models.CheckConstraint(condition=~Q(role="owner"), name="invitation_never_to_own"),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class Unchangeable(Exception):
    """Somebody tried to change or delete what is only ever added."""


class AddedOnly(models.QuerySet["AuditEntry"]):
    """What the database itself does when a person is deleted, taking the reference away, does not come this way."""

    def update(self, **values: Any) -> int:
        raise Unchangeable("Entries of the audit are only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Entries of the audit are only ever added.")


class AuditEntry(models.Model):
    """Who did what to what, from where and when. Rows are only ever added, and outlive what they are about."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # As they were called then.
    actor_line = models.CharField(max_length=200)
    # session, token, link, command or admin
    door = models.CharField(max_length=10, blank=True)
    address = models.CharField(max_length=45, blank=True)
    # Past tense, noun first: member_invited, token_made, project_archived …
    act = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=20)
    target_ref = models.CharField(max_length=40, blank=True)
    target_line = models.CharField(max_length=200, blank=True)
    project_ref = models.UUIDField(null=True, blank=True, db_index=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = AddedOnly.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.act} {self.target_line}"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise Unchangeable("Entries of the audit are only ever added.")
        super().save(**options)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Entries of the audit are only ever added.")
