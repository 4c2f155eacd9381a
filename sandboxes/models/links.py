"""Links with which anybody may look at one preview."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from projects import access
from projects.enums import Ability
from projects.models import Member
from sandboxes.models.sandboxes import Sandbox


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def lasting(self) -> Self:
        """Those that let somebody in: not over, and made by who still might make them."""
        makers = Member.objects.filter(
            project=OuterRef("sandbox__project"),
            user=OuterRef("created_by"),
            user__is_active=True,
            role__in=access.roles_with(Ability.EDIT),
        )
        return self.filter(Q(Exists(makers)), Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class ShareLink(models.Model):
    """Only a digest of its secret is kept. Taking it back deletes the row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # How often it was opened, and when last.
    visits = models.PositiveIntegerField(default=0)
    last_visited_at = models.DateTimeField(null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"a link to {self.sandbox.project}"
