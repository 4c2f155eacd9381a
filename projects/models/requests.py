"""Answers kept for a while, so that asking twice with one key does a thing once."""

from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """One write of the API: who asked for what with this key, and what was answered. Empty status: under way."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # Method and path.
    door = models.CharField(max_length=600)
    # Of the request's body.
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField(default=bytes, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key", "door"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.key}"
