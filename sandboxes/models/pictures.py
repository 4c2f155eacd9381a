"""What the app of a sandbox looks like: the newest picture of it, and what was tried last."""

from django.db import models
from django.db.models import Q

from projects.models import Blob
from sandboxes.models.sandboxes import Sandbox


class Picture(models.Model):
    """One per sandbox. Its bytes lie among the contents of all projects: nobody collects what it names."""

    sandbox = models.OneToOneField(Sandbox, on_delete=models.CASCADE, related_name="picture")
    # Of the files that it shows; empty as long as none came off.
    tree_hash = models.CharField(max_length=64, blank=True)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    # How often these files were tried: what hangs, or kills its worker, is left alone in the end.
    tried_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tree_hash="", blob=None, taken_at=None)
                | (~Q(tree_hash="") & Q(blob__isnull=False, taken_at__isnull=False)),
                name="picture_whole_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"picture of {self.sandbox_id}"
