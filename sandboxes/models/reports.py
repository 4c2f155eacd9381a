"""What the registry told of an app's packages, and when."""

from django.db import models

from sandboxes.models.sandboxes import Sandbox


class PackageReport(models.Model):
    """One row for each sandbox, written over by the next answer. `problems` are sentences about what was not told."""

    sandbox = models.OneToOneField(Sandbox, on_delete=models.CASCADE, related_name="package_report")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    # Of the list and its lock that it was asked about: of others what is installed is no longer true.
    subject = models.CharField(max_length=64, blank=True)
    # {name: version}
    installed = models.JSONField(default=dict, blank=True)
    newest = models.JSONField(default=dict, blank=True)
    # None: nobody told.
    weaknesses = models.JSONField(null=True, blank=True)
    problems = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"packages of {self.sandbox_id}"
