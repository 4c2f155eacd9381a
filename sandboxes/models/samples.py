"""What a sandbox's box took of the machine, now and then: as its back end counted it, never as the box says."""

from django.db import models

from sandboxes.models.sandboxes import Sandbox


class Sample(models.Model):
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="samples")
    taken_at = models.DateTimeField()
    # Which box it was: another one counts anew.
    box = models.CharField(max_length=64)
    memory_bytes = models.PositiveBigIntegerField()
    disk_bytes = models.PositiveBigIntegerField()
    processes = models.PositiveIntegerField()
    cpu_seconds = models.FloatField()
    # Of one processor, since the sample before; null of the first of a box.
    cpu_share = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sandbox", "taken_at"], name="sample_once_at_a_time")]
        indexes = [models.Index(fields=["taken_at"], name="sample_by_age")]
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return f"{self.sandbox_id} at {self.taken_at:%F %T}"


def share(before: Sample | None, *, box: str, cpu_seconds: float, seconds: float) -> float | None:
    """Of one processor. What has ended counts no longer on some back ends: less than before is nothing."""
    if before is None or before.box != box or seconds <= 0:
        return None
    return round(max(0.0, cpu_seconds - before.cpu_seconds) / seconds, 4)
