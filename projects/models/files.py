"""File contents by hash, and the current tree of `main` as rows."""

from django.db import models

from projects.models.projects import Project


class Blob(models.Model):
    """Immutable bytes, shared by every version of every project; `content` is compressed."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    git_oid = models.CharField(max_length=40, db_index=True)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    # Since when nothing has named it, as far as `gc_blobs` saw; whoever keeps the same bytes again clears it.
    unreachable_since = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.sha256[:12]


class ProjectFile(models.Model):
    """One file of the tree of `main`, kept by apply; everything else reads manifests."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=240)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField()
    executable = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "path"], name="file_path_unique"),
        ]
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path
