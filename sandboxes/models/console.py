"""What a preview's console said in its visitors' browsers: one row for the same words, in a window that slides."""

from typing import Self

from django.db import models
from django.db.models import Q

from sandboxes import enums
from sandboxes.models.complaints import MOST_TITLE
from sandboxes.models.sandboxes import Sandbox


class ConsoleEntryQuerySet(models.QuerySet["ConsoleEntry"]):
    def errors(self) -> Self:
        return self.filter(level=enums.ConsoleLevel.ERROR)

    def of_tree(self, tree_hash: str) -> Self:
        return self.filter(tree_hash=tree_hash)


class ConsoleEntry(models.Model):
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="console")
    # The same for the same words at the same place, whatever numbers are in them.
    fingerprint = models.CharField(max_length=32)
    level = models.CharField(max_length=10, choices=enums.ConsoleLevel)
    source = models.CharField(max_length=10, choices=enums.ConsoleSource)
    title = models.CharField(max_length=MOST_TITLE)
    # As it was said last, masked and bounded; so is where it came from, innermost first.
    text = models.TextField(blank=True)
    stack = models.TextField(blank=True)
    # The app's page that said it.
    page = models.CharField(max_length=300, blank=True)
    # A file of the project and a line in it, where the stack names one.
    path = models.CharField(max_length=300, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    count = models.PositiveIntegerField(default=0)
    # Of the files that were shown. Of others it begins anew.
    tree_hash = models.CharField(max_length=64)
    size = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = ConsoleEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "console entries"
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "fingerprint"], name="console_entry_once_per_sandbox"),
            models.CheckConstraint(condition=Q(level__in=enums.ConsoleLevel.values), name="console_entry_level_known"),
        ]
        ordering = ["-last_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_uncaught(self) -> bool:
        return self.source in enums.ConsoleSource.uncaught()
