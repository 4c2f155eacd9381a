"""Ask for a replay, or a recording, of a job; the work is a task's, and what came of it stands in the row."""

import uuid

from django.db import transaction
from django.db.models import QuerySet

from agents import enums, tasks
from agents.errors import NotPossible
from agents.lifecycle import moves
from agents.models import Job, Replay
from agents.models.jobs import AT_REST
from projects.models import User
from projects.store import branchnames


def find_job(written: str) -> Job:
    """For whoever has its id from a screen, a log or another program."""
    try:
        job_id = uuid.UUID(written.strip())
    except ValueError:
        raise NotPossible(f"“{written[:60]}” is not the id of a job, which looks like {uuid.UUID(int=0)}.") from None
    job = Job.objects.select_related("project", "branch").filter(pk=job_id).first()
    if job is None:
        raise NotPossible(f"There is no job {job_id}.")
    return job


def request(job: Job, *, purpose: enums.Purpose, by: User | None, from_step: str = "", into: str = "") -> Replay:
    """Asked for again while the first is still waited for: that one.

    `from_step`: what came before is taken as recorded. `into`: kept on this branch, which is not the job's own.
    """
    if job.is_chore or job.kind in enums.TRIED:
        raise NotPossible("This job asked no model: there is nothing to replay.")
    if job.state not in AT_REST:
        raise NotPossible(f"This job is {job.state}. It can be replayed when it is at rest.")
    _check(job, from_step, into)
    with transaction.atomic():
        Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        asked = {"purpose": purpose, "from_step": from_step, "into": into}
        waiting = Replay.objects.pending().filter(job=job, **asked).first()
        if waiting:
            return waiting
        replay = Replay.objects.create(job=job, created_by=by, **asked)
        # The row is written: when the broker is away, the clock tells the workers later.
        transaction.on_commit(lambda: tasks.replay_job.delay(str(replay.pk)), robust=True)
    return replay


def _check(job: Job, from_step: str, into: str) -> None:
    """What is plain already need not be found out by a worker."""
    if from_step and not job.steps.filter(key=from_step).exists():
        raise NotPossible(f"This job has no step “{from_step[:60]}”.")
    if into and into == job.branch.name:
        raise NotPossible(f"{into!r} is the job's own branch. A replay is kept on another one.")
    if into and (fault := branchnames.branch_fault(into)):
        raise NotPossible(f"A branch cannot be called {into[:120]!r}: {fault}.")


def of_job(job: Job) -> "QuerySet[Replay]":
    """The newest first."""
    return Replay.objects.filter(job=job).select_related("created_by").order_by("-created_at")


def steps(job: Job) -> list[tuple[str, str]]:
    """Those in which a model was asked, with what they are called."""
    asked = job.steps.filter(generations__isnull=False).order_by("ordinal", "pk").distinct()
    return [(key, f"{title} ({key})") for key, title in asked.values_list("key", "title")]


def title(job: Job) -> str:
    return moves.title(job)
