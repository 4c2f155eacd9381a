"""Ask for a replay, or a recording, of a job; the work is a task's, and what came of it stands in the row."""

import uuid

from django.db import transaction

from agents import enums, tasks
from agents.errors import NotPossible
from agents.models import Job, Replay
from agents.models.jobs import AT_REST
from projects.models import User


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


def request(job: Job, *, purpose: enums.Purpose, by: User | None) -> Replay:
    """Asked for again while the first is still waited for: that one."""
    if job.is_chore:
        raise NotPossible("This job asked no model: there is nothing to replay.")
    if job.state not in AT_REST:
        raise NotPossible(f"This job is {job.state}. It can be replayed when it is at rest.")
    with transaction.atomic():
        Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        waiting = Replay.objects.pending().filter(job=job, purpose=purpose).first()
        if waiting:
            return waiting
        replay = Replay.objects.create(job=job, purpose=purpose, created_by=by)
        # The row is written: when the broker is away, the clock tells the workers later.
        transaction.on_commit(lambda: tasks.replay_job.delay(str(replay.pk)), robust=True)
    return replay
