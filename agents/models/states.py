"""What a project's agent is doing, for everyone who asks."""

from django.db import models

from agents import enums
from agents.models.jobs import Job
from projects.models import Project


class AgentState(models.Model):
    """Mirrors the foreground job of `main`; saved in the same transaction as each move."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="agent_state")
    phase = models.CharField(max_length=14, choices=enums.Phase, default=enums.Phase.IDLE)
    blueprint = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.project}: {self.phase}"
