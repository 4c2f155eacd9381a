"""The end of a job: its changes become a version, in the same transaction as its completion."""

from agents.engine.context import Context
from agents.lifecycle import moves
from agents.models import Job
from projects import feed
from projects.models import ChangeSet
from projects.services import changesets
from sandboxes.runtime import lifecycle
from sandboxes.services import sandboxes


def run(context: Context) -> None:
    changeset, sandbox = context.changeset(), context.sandbox()
    with context.hold() as job:
        version = _apply(changeset, job)
        lifecycle.show(sandbox, None)
        payload = {
            "url": sandboxes.preview_url(sandbox),
            "version": version,
            "stack": job.project.template,
            "sandbox": str(sandbox.pk),
        }
        feed.record(job.project, "preview_ready", payload, job_ref=job.pk)
        moves.complete(job, output={"version": version, "preview_url": payload["url"]})


def without_changes(context: Context) -> None:
    """The agent answered and wrote nothing: nothing is applied."""
    changeset, sandbox = context.changeset(), context.sandbox()
    with context.hold() as job:
        changesets.reject(changeset, by=job.created_by)
        lifecycle.show(sandbox, None)
        moves.complete(job, output={"version": None})


def _apply(changeset: ChangeSet, job: Job) -> int:
    version = changesets.apply(changeset, by=job.created_by, message=moves.title(job))
    return version.number
