"""Work without a model: a push, an import, and what has a module of its own.

Under the same lease, steps, intents and retries as all other jobs.

What goes to another server can be done twice without harm: git sends only what is missing there, and what was
fetched is worth nothing until it is brought in, in the transaction that completes the job.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agents import enums
from agents.engine import applying, exporting, steps
from agents.engine.context import Context
from agents.lifecycle import leases, moves
from agents.lifecycle.failures import Failure
from projects import errors
from projects.exports import pushing
from projects.git import addresses, quarantine, repository
from projects.git.network import Interrupted, Visit
from projects.imports import clone
from projects.models import Remote
from projects.services import importing_git, remotes

_STEP = "visit"
# Of what git said, as much as a person reads.
_MOST_SAID = 20


def run(context: Context) -> None:
    _WORK[enums.JobKind(context.job.kind)](context)


def _push(context: Context) -> None:
    """A step that is recorded was done: then only the end of the job is left."""
    remote = _remote(context)
    done = steps.once(context, _STEP, lambda _: _send(context, remote), role="courier", title="Push")
    with context.hold_on_course() as job:
        moves.complete(job, output={"pushed": done["pushed"]})


def _send(context: Context, remote: Remote) -> steps.Output:
    _say(context, f"To {remote.url}")
    folder, heads = repository.ready(context.project)
    if not heads:
        raise Failure("invalid_input", "There is no version to push yet.", user_action="Make something first.")
    visit = Visit(remotes.address_of(remote), context.should_stop)
    with _visiting(context, visit):
        outcome = pushing.push(folder, heads, visit)
    with context.hold() as job:
        moves.note(job, *_told(outcome))
        remotes.note_push(remote, outcome.pushed, job_ref=job.pk, by=job.created_by)
    if outcome.refused:
        raise pushing.trouble_of(outcome, addresses.host_of(remote.url))
    return {"pushed": outcome.pushed}


def _told(outcome: pushing.Outcome) -> Iterator[str]:
    for branch, oid in sorted(outcome.pushed.items())[:_MOST_SAID]:
        yield f"{branch}: {oid[:10]} is there"
    for branch, why in sorted(outcome.refused.items())[:_MOST_SAID]:
        yield f"{branch}: refused, {why}"


def _import(context: Context) -> None:
    remote = _remote(context)
    _say(context, f"From {remote.url}")
    visit = Visit(remotes.address_of(remote), context.should_stop)
    with quarantine.place() as folder:
        bare = folder / "repository.git"
        with _visiting(context, visit):
            clone.clone(bare, visit)
        _say(context, "It is here; now its commits become versions.")
        _bring_in(context, bare, remote)


def _bring_in(context: Context, bare: Path, remote: Remote) -> None:
    """The versions and the end of the job are one fact: nothing is there by half, and nothing twice."""
    history = importing_git.read(bare)
    with context.hold_on_course() as job:
        said = f"Imported from {remote.url}"
        brought = importing_git.bring_in(job.project, history, by=job.created_by, said=said, source="url")
        moves.note(job, f"{brought.versions} versions, {brought.branches} branches")
        moves.complete(job, output={"versions": brought.versions})


_WORK: dict[enums.JobKind, Callable[[Context], None]] = {
    enums.JobKind.PUSH: _push,
    enums.JobKind.IMPORT: _import,
    enums.JobKind.EXPORT: exporting.run,
    enums.JobKind.APPLY: applying.run,
}


def _remote(context: Context) -> Remote:
    found = Remote.objects.filter(pk=context.job.input.get("remote"), project=context.project).first()
    if found is None:
        raise Failure("invalid_input", "The remote was removed.", user_action="Add it again in Settings, Remotes.")
    return found


@contextmanager
def _visiting(context: Context, visit: Visit) -> Iterator[None]:
    """What git said is kept with the job when it went wrong; a stop is the job's, or the worker's that lost it."""
    try:
        yield
    except Interrupted:
        context.heed()
        raise leases.LeaseLost from None
    except errors.RemoteTrouble:
        _say(context, *visit.lines[-_MOST_SAID:])
        raise


def _say(context: Context, *lines: str) -> None:
    with context.hold() as job:
        moves.note(job, *lines)
