"""The end of a job: its changes become a version, in the same transaction as its completion."""

from agents import enums
from agents.engine import faultpoints
from agents.engine.context import Context
from agents.lifecycle import moves, steering
from agents.models import Job
from projects import errors
from projects.models import ChangeSet, Version
from projects.services import changesets, review
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle
from sandboxes.services import sandboxes


def run(context: Context) -> None:
    """Merging takes as long as it takes, so it happens before the job is held; who was overtaken merges anew.

    While the job had failed, somebody may have begun to decide about its changes: then they decide to the end.
    """
    changeset, sandbox = context.changeset(), context.sandbox()
    is_asked = review.is_wanted(context.project) or review.has_begun(changeset)
    if is_asked and _leave_open(context, changeset, sandbox):
        return
    for plan in changesets.plans(changeset):
        faultpoints.reach("version_unwritten")
        with context.hold_on_course() as job:
            if _goes_on(job):
                return
            version = changesets.write(changeset, plan, by=job.created_by, message=moves.title(job))
            faultpoints.reach("version_written")
            if version is not None:
                _complete(context, sandbox, version)
                return
    raise errors.Busy("Others keep changing this project.")


def _leave_open(context: Context, changeset: ChangeSet, sandbox: Sandbox) -> bool:
    """A person looks first and makes the version; until then the box goes on showing it."""
    told = review.announcement(changeset)
    if not told["count"]:
        return False
    with context.hold_on_course() as job:
        if _goes_on(job):
            return True
        review.leave_open(changeset, told)
        url = sandboxes.preview_url(sandbox)
        moves.complete(job, output={"version": None, "changeset": str(changeset.pk), "preview_url": url})
    return True


def _complete(context: Context, sandbox: Sandbox, version: Version) -> None:
    lifecycle.show(sandbox, None)
    url = sandboxes.preview_url(sandbox)
    moves.complete(context.job, output={"version": version.number, "preview_url": url})


def without_changes(context: Context) -> None:
    """The agent answered, or all was as asked already: nothing is applied."""
    changeset, sandbox = context.changeset(), context.sandbox()
    with context.hold_on_course() as job:
        if _goes_on(job):
            return
        changesets.reject(changeset, by=job.created_by)
        if job.kind != enums.JobKind.PLAN:  # who only asks goes on looking at what they asked about
            lifecycle.show(sandbox, None)
        moves.complete(job, output={"version": None})


def _goes_on(job: Job) -> bool:
    """Somebody said something at the last moment: it is taken in first, and nothing of it is lost."""
    if job.kind == enums.JobKind.PLAN or not steering.unheard(job):
        return False
    if job.phase != enums.Phase.IMPLEMENTING:
        moves.advance(job, enums.Phase.IMPLEMENTING)
    return True
