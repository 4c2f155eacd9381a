"""Boxes that are kept ready for apps to come."""

import uuid

from django.db import models
from django.db.models import Q

from sandboxes import enums


class Spare(models.Model):
    """A box that is nobody's yet, and has never run anybody's code. Its row goes when it is given away: for good."""

    # The name of its box, too: known before the box is there.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stack = models.CharField(max_length=20)
    backend = models.CharField(max_length=20)
    # All that decides what such a box is. One of another recipe is not given away any more.
    recipe = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=enums.SpareState, default=enums.SpareState.MAKING)
    handle = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=enums.SpareState.values), name="spare_state_known"),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(handle={}), name="spare_ready_has_a_box"),
        ]

    def __str__(self) -> str:
        return f"{self.stack} ({self.state})"

    @property
    def box(self) -> str:
        return self.id.hex
