"""A job that has used up its budget."""

from decimal import Decimal

from agents.lifecycle import leases, moves
from agents.models import Job

NEEDED = "A budget of $1.20 or more is needed; it is $1.00, of which $0.90 are spent."


def run_dry(job: Job, *, needed: str = "1.20") -> Job:
    """By a worker that had just begun with it: of one dollar 90 cents are spent."""
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    Job.objects.filter(pk=job.pk).update(budget=Decimal(1), spent=Decimal("0.90"))
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.run_dry(held, needed=Decimal(needed))
    job.refresh_from_db()
    return job
