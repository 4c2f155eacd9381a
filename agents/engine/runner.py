"""Take the lease, walk the phases, leave the job in a state somebody can build on.

Kill this at any moment: the next claim goes on from the last recorded step.
"""

import itertools
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from agents import enums
from agents.engine import (
    answer,
    chores,
    design,
    edit,
    faultpoints,
    finish,
    implement,
    install,
    mending,
    purse,
    reading,
    repair,
    review,
    start,
    steer,
)
from agents.engine.context import Context, Interrupted
from agents.errors import AppBroken
from agents.lifecycle import failures, leases, moves, plans, turns
from agents.models import Job
from sandboxes.errors import Stopped

_TURN_SECONDS = 60.0
_MOST_RETRIES = 4
_BACKOFF_CAP = 60.0
# A job over which one worker after the other dies is the reason, and must not take the next one.
_MOST_LOST = 6


def execute(job_id: uuid.UUID | str) -> list[uuid.UUID]:
    """Work on the job for a turn. Gives back the jobs that should be told about now."""
    lease = leases.claim(job_id, worker=_worker())
    job = Job.objects.select_related("project", "branch").filter(pk=job_id).first()
    if lease is None or job is None:
        return []
    faultpoints.reach("claimed")
    context = Context(lease, job)
    try:
        with context.beating():
            _attempt(context)
    except leases.LeaseLost:
        return []
    faultpoints.reach("job_let_go")
    return turns.upcoming(job.lane)


def _worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_native_id()}"


def _attempt(context: Context) -> None:
    try:
        _begin(context)
        if context.job.is_chore:
            chores.run(context)
        else:
            _walk(context)
    except (Interrupted, Stopped):
        with context.hold() as job:
            _give_in(job)
    except purse.BudgetReached:
        with context.hold() as job:
            moves.run_dry(job)
    except leases.LeaseLost:
        raise
    except Exception as surprise:  # every end of a job is recorded
        if context.is_lost() or not leases.extend(context.lease):
            raise leases.LeaseLost from surprise
        _end_badly(context, failures.from_exception(surprise))


def _begin(context: Context) -> None:
    """An edit of a project without files is a first build."""
    context.heed()
    with context.hold() as job:
        if job.project.archived_at is not None:
            raise Interrupted(enums.Intent.CANCEL)
        if _in_a_row(job, "lost") >= _MOST_LOST:
            raise failures.Failure("internal", "One worker after the other ended over this job.", retryable=False)
        if job.kind == enums.JobKind.EDIT and job.branch.head_id is None:
            job.kind = enums.JobKind.GENERATE
            job.save(update_fields=["kind"])
        moves.begin(job)
    faultpoints.reach("job_begun")


def _walk(context: Context) -> None:
    """Phase after phase; between two of them a long job gives way."""
    began = time.monotonic()
    while context.job.state == enums.JobState.RUNNING:
        _WORK[enums.Phase(context.job.phase)](context)
        faultpoints.reach("phase_done")
        if time.monotonic() - began > _TURN_SECONDS and context.job.state == enums.JobState.RUNNING:
            with context.hold_on_course() as job:
                moves.give_way(job)
            return


def _design(context: Context) -> None:
    """A person may want to see the plan before anything is built from it, or only an answer."""
    if context.job.kind == enums.JobKind.PLAN:
        answer.run(context)
        finish.without_changes(context)
        return
    design.run(context)
    with context.hold_on_course() as job:
        if plans.is_waiting_to_be_seen(job):
            moves.pause(job, waiting_for=enums.WaitingFor.APPROVAL)
        else:
            moves.advance(job, enums.Phase.IMPLEMENTING)


def _implement(context: Context) -> None:
    if repair.is_due(context.job):
        repair.run(context)
    else:
        _MAKING.get(enums.JobKind(context.job.kind), edit.run)(context)
    steer.run(context)
    is_tried = context.job.kind == enums.JobKind.REPAIR or repair.has_begun(context.job)
    if is_tried or reading.is_changed(context.changeset()):
        _advance(context, enums.Phase.INSTALL)
    else:
        finish.without_changes(context)


def _install(context: Context) -> None:
    if not _is_fine(context, install.run, install.KEY):
        return
    if context.job.kind != enums.JobKind.INSTALL:
        _advance(context, enums.Phase.START)
    elif reading.is_changed(context.changeset()):
        finish.run(context)
    else:
        finish.without_changes(context)


def _start(context: Context) -> None:
    if not _is_fine(context, start.run, start.KEY):
        return
    if context.job.kind in enums.NAMED and not reading.is_changed(context.changeset()):
        finish.without_changes(context)
    else:
        finish.run(context)


def _is_fine(context: Context, trial: Callable[[Context, str], None], key: str) -> bool:
    """If not, the job is on its way to be mended."""
    try:
        trial(context, repair.numbered(context.job, key))
    except AppBroken as broken:
        if context.job.kind in enums.TRIED:
            raise
        repair.begin(context, broken)
        return False
    return True


def _advance(context: Context, phase: enums.Phase) -> None:
    with context.hold_on_course() as job:
        moves.advance(job, phase)


# A change is an edit, whoever asks for it.
_MAKING: dict[enums.JobKind, Callable[[Context], None]] = {
    enums.JobKind.GENERATE: implement.run,
    enums.JobKind.REPAIR: mending.run,
    enums.JobKind.REVIEW: review.of_all,
}

_WORK: dict[enums.Phase, Callable[[Context], None]] = {
    enums.Phase.DESIGNING: _design,
    enums.Phase.IMPLEMENTING: _implement,
    enums.Phase.INSTALL: _install,
    enums.Phase.START: _start,
}


def _give_in(job: Job) -> None:
    """A door asked: pause or cancel. The partial text and every closed file are kept."""
    if job.project.archived_at is not None:
        moves.cancel(job, reason="The project was archived.")
    elif job.intent == enums.Intent.PAUSE:
        moves.pause(job, waiting_for=enums.WaitingFor.USER)
    else:
        moves.cancel(job)


def _end_badly(context: Context, failure: failures.Failure) -> None:
    """Another try for what may pass by itself, a bounded number of times; else failed."""
    with context.hold() as job:
        retries = _in_a_row(job, "retried")
        if job.intent:
            _give_in(job)
        elif failure.retryable and retries < _MOST_RETRIES:
            moves.try_again(job, failure, after=_backoff(retries, failure))
        else:
            moves.fail(job, failure)


def _in_a_row(job: Job, outcome: str) -> int:
    """How many of the newest ended attempts ended so: anything else in between starts anew."""
    ended = job.attempt_rows.exclude(finished_at=None).order_by("-number").values_list("outcome", flat=True)
    return sum(1 for _ in itertools.takewhile(outcome.__eq__, ended[:20]))


def _backoff(retries: int, failure: failures.Failure) -> timedelta:
    """Exponential with full jitter; never sooner than the provider asked for."""
    jittered = random.uniform(0.5, min(_BACKOFF_CAP, 2.0 * 2**retries))  # noqa: S311 - not a secret
    return timedelta(seconds=max(jittered, failure.retry_after or 0.0))
