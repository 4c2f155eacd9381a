"""Undo a message: the project becomes what it was before the message's job."""

from agents.errors import NotPossible
from agents.models import Job
from projects import errors
from projects.enums import ChangeSetState
from projects.models import ChangeSet, User, Version
from projects.services import versions

_MOST_SAID = 60


def undo(job: Job, *, by: User | None) -> Version:
    """A new version with the files of before; what came after the message stays in the history."""
    made = _made(job)
    before = versions.first_parent(made)
    if before is None:
        raise NotPossible("There was nothing before this message.")
    said = " ".join(str(job.input.get("text", "")).split())[:_MOST_SAID]
    try:
        return versions.restore(job.branch, before, by=by, label=f"before “{said}”")
    except errors.Refusal as refusal:
        raise NotPossible(str(refusal)) from refusal


def _made(job: Job) -> Version:
    applied = ChangeSet.objects.filter(branch=job.branch_id, job_ref=job.pk, state=ChangeSetState.APPLIED)
    # The first: what was left of it may have been taken later.
    first = applied.select_related("applied_as").defer("applied_as__manifest").order_by("created_at")
    changeset = first.first()
    if changeset is None or changeset.applied_as is None or changeset.applied_as.job_ref != job.pk:
        raise NotPossible("This message changed nothing.")
    return changeset.applied_as
