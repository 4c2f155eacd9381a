"""What an app's server said went wrong while people used it: one row for the same fault, however often it comes."""

from django.db import models

from sandboxes.models.sandboxes import Sandbox

MOST_TITLE = 200


class Complaint(models.Model):
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="complaints")
    # The same for the same fault, whenever and on whatever line it happens.
    fingerprint = models.CharField(max_length=32)
    title = models.CharField(max_length=MOST_TITLE)
    # As it was said last, masked and bounded.
    text = models.TextField()
    count = models.PositiveIntegerField(default=0)
    # Of the files it ran with. Said of other files it is no longer true.
    tree_hash = models.CharField(max_length=64)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "fingerprint"], name="complaint_once_per_sandbox"),
        ]
        ordering = ["-last_at"]

    def __str__(self) -> str:
        return self.title
