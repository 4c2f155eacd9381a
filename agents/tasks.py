"""Names of things done later."""

from celery import shared_task

from agents.engine import runner
from agents.lifecycle import leases


@shared_task(queue="generate")
def execute_job(job_id: str) -> None:
    for waiting in runner.execute(job_id):
        execute_job.delay(str(waiting))


@shared_task(queue="housekeeping")
def reap_jobs() -> None:
    """The row is the outbox: jobs whose message was lost or whose worker died are told again."""
    for job_id in leases.claimable():
        execute_job.delay(str(job_id))
