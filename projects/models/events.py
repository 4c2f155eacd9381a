"""The log of facts: what pages, sockets and replays are made from."""

from django.conf import settings
from django.db import models

from projects.models.projects import Branch, Project


class Event(models.Model):
    """One fact. `seq` is gapless per project; rows are only ever added (by `feed.record`)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    job_ref = models.UUIDField(null=True, blank=True, db_index=True)
    # Whose pages show it; none: those of all. Kept when the branch is gone, as another of its name is another.
    branch = models.ForeignKey(
        Branch,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "seq"], name="event_seq_unique"),
        ]
        indexes = [
            models.Index(fields=["project", "kind", "-seq"], name="event_newest_of_kind"),
            models.Index(fields=["project", "branch", "-seq"], name="event_newest_of_branch"),
        ]
        ordering = ["project", "seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
