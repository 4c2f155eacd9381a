"""What is encrypted at rest: a project's secrets and the places it is pushed to."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.models.projects import Project


class Secret(models.Model):
    """A value for the sandbox's environment. Written, used and never shown again."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="secrets")
    # The name of an environment variable.
    name = models.CharField(max_length=80)
    ciphertext = models.TextField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="secret_name_unique"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Remote(models.Model):
    """A git address that the project is pushed to. What signs in there is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="remotes")
    name = models.CharField(max_length=40, default="origin")
    # Without user and password: those are in `ciphertext`.
    url = models.CharField(max_length=500)
    ciphertext = models.TextField(blank=True)
    is_automatic = models.BooleanField(default=False)
    # {branch: commit id}, as the remote had it after the last push that went well.
    pushed = models.JSONField(default=dict, blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="remote_name_unique"),
            models.CheckConstraint(condition=~Q(url=""), name="remote_has_url"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
