"""How many faults that browsers report are told in a while: by a mark of its own, which no window slides over.

Who asks has locked the sandbox.
"""

from datetime import timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from sandboxes.models import Sandbox

# An app that invents errors fills its own window, and not people's feeds.
MOST, WITHIN = 10, timedelta(minutes=1)


def left(sandbox: Sandbox) -> int:
    """So many more may be told now."""
    told = _of_now(sandbox).values_list("told", flat=True).first() or 0
    return max(0, MOST - told)


def note(sandbox: Sandbox, times: int) -> None:
    if times and not _of_now(sandbox).update(told=F("told") + times):
        Sandbox.objects.filter(pk=sandbox.pk).update(told=times, told_since=timezone.now())


def _of_now(sandbox: Sandbox) -> QuerySet[Sandbox]:
    now = timezone.now()
    return Sandbox.objects.filter(pk=sandbox.pk, told_since__gt=now - WITHIN, told_since__lte=now)
