"""The end of a job: its changes become a version, in the same transaction as its completion."""

from agents.engine.context import Context
from agents.lifecycle import moves
from projects.services import changesets
from sandboxes.runtime import lifecycle
from sandboxes.services import sandboxes


def run(context: Context) -> None:
    changeset, sandbox = context.changeset(), context.sandbox()
    with context.hold_on_course() as job:
        version = changesets.apply(changeset, by=job.created_by, message=moves.title(job))
        lifecycle.show(sandbox, None)
        url = sandboxes.preview_url(sandbox)
        moves.complete(job, output={"version": version.number, "preview_url": url})


def without_changes(context: Context) -> None:
    """The agent answered, or all was as asked already: nothing is applied."""
    changeset, sandbox = context.changeset(), context.sandbox()
    with context.hold_on_course() as job:
        changesets.reject(changeset, by=job.created_by)
        lifecycle.show(sandbox, None)
        moves.complete(job, output={"version": None})
