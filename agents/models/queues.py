"""Whether workers take jobs from the queue. Without a row they do."""

from django.conf import settings
from django.db import models

from agents import enums

# The one whose work stands in rows; what waits in the others is asked for again by the clock.
GENERATE = "generate"


class Queue(models.Model):
    name = models.CharField(max_length=20, primary_key=True, default=GENERATE)
    gate = models.CharField(max_length=8, choices=enums.Gate, default=enums.Gate.OPEN)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.gate}"
