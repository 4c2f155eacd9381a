"""Whether a job is about to show an app that cannot be seen yet. Then a visit must not start it half-written."""

from datetime import timedelta

from django.db.models import Max, Q
from django.utils import timezone

from projects.enums import ChangeSetState
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.models import Command, Sandbox

# Longer than this nobody is silent while at work: a model's stream stages files, a command has its row.
_SILENCE = timedelta(minutes=5)
_BETWEEN_STEPS = timedelta(minutes=1)


def is_under_way(sandbox: Sandbox) -> bool:
    if sandbox.state == SandboxState.ABSENT:
        return _is_being_written(sandbox)
    if sandbox.state == SandboxState.READY and not sandbox.port:
        is_fresh = timezone.now() - sandbox.updated_at < _BETWEEN_STEPS
        return is_fresh or _is_running_something(sandbox) or _is_looked_at(sandbox)
    return False


def _is_looked_at(sandbox: Sandbox) -> bool:
    """Between two of its phases: a check was the last that ran, and what it was of is still being written."""
    newest = Command.objects.filter(sandbox=sandbox).order_by("-started_at").first()
    return newest is not None and newest.kind == CommandKind.CHECK and _is_being_written(sandbox)


def _is_being_written(sandbox: Sandbox) -> bool:
    changeset = sandbox.changeset
    if changeset is None or changeset.state != ChangeSetState.OPEN:
        return False
    staged = changeset.changes.aggregate(last=Max("staged_at"))["last"]
    return timezone.now() - (staged or changeset.created_at) < _SILENCE


def _is_running_something(sandbox: Sandbox) -> bool:
    """For the app itself: what a person has run in its box may take as long as it likes, and the app is woken."""
    of_the_app = Q(kind=CommandKind.INSTALL) | Q(job_ref__isnull=False)
    return Command.objects.filter(of_the_app, sandbox=sandbox, state=CommandState.RUNNING).exists()
