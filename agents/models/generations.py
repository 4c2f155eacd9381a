"""Every call of a model: what was asked, every byte that came, what it cost."""

import uuid

from django.db import models

from agents import enums
from agents.models.jobs import Job, Step


class Generation(models.Model):
    """Written before the call, flushed while it streams, settled once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="generations")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="generations")
    state = models.CharField(max_length=8, choices=enums.GenerationState, default=enums.GenerationState.OPEN)
    role = models.CharField(max_length=20)
    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=120)
    # Whose worker made it: the order of calls, whatever the clocks of several hosts say.
    attempt = models.PositiveIntegerField(default=0)
    prompt_hash = models.CharField(max_length=64)
    request = models.JSONField(default=dict)
    response = models.TextField(blank=True)
    # So many changes of files were staged from it, counted with each of them; null: from before it was counted.
    staged = models.PositiveIntegerField(null=True, blank=True)
    finish_reason = models.CharField(max_length=30, blank=True)
    error_code = models.CharField(max_length=30, blank=True)
    # Disjoint columns: no token is counted in two of them (reasoning is part of output).
    input_tokens = models.PositiveIntegerField(default=0)
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True)
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.model} for {self.role}"
