"""Names of things done later."""

from celery import shared_task

from agents.engine import replaying, runner
from agents.lifecycle import leases
from projects.rest import keys
from sandboxes.runtime import duties

# A reminder nobody had time for is sent anew by the next round; old ones must not pile up.
_REMINDER_SECONDS = 15


@shared_task(queue="generate")
def execute_job(job_id: str) -> None:
    for waiting in runner.execute(job_id):
        execute_job.delay(str(waiting))


@shared_task(queue="generate")
def replay_job(replay_id: str) -> None:
    replaying.settle(replay_id)


@shared_task(queue="housekeeping")
def reap_jobs() -> None:
    duties.once("reap jobs", _remind, every=5)
    duties.once("forget keys of requests", _forget, every=3600)


def _forget() -> None:
    keys.prune()


def _remind() -> None:
    """The row is the outbox: what a message was lost for, or a worker died over, is told again."""
    for job_id in leases.claimable():
        execute_job.apply_async((str(job_id),), expires=_REMINDER_SECONDS)
    for replay_id in replaying.overdue():
        replay_job.apply_async((str(replay_id),), expires=_REMINDER_SECONDS)
