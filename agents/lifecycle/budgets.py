"""What a job may spend, and whether that is enough for it to go on."""

from decimal import ROUND_UP, Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import F

from agents.events import BudgetReached
from agents.models import Job

# As exact as the columns are.
SMALLEST = Decimal("0.000001")
_CENT = Decimal("0.01")
# What is offered to whoever may raise it: so many times what was not enough.
_TIMES = (2, 5)


def usual() -> Decimal | None:
    """Of a job that nobody says more about; None is no bound."""
    return Decimal(str(settings.JOB_BUDGET)) if settings.JOB_BUDGET else None


def charge(job_id: UUID, cost: Decimal | None, *, is_estimated: bool) -> None:
    """In the transaction that settles the call, so that it is charged once."""
    if not cost:
        return
    Job.objects.filter(pk=job_id).update(spent=F("spent") + cost)
    if is_estimated:
        Job.objects.filter(pk=job_id).update(is_spent_estimated=True)


def taken(job: Job) -> Decimal:
    return job.spent + job.reserved


def least(job: Job) -> Decimal:
    """With less than this it could not go on."""
    return max(taken(job) + SMALLEST, job.budget_needed or Decimal(0))


def is_enough(job: Job) -> bool:
    return job.budget is None or job.budget >= least(job)


def lacking(job: Job) -> str:
    """How much it needs, in a sentence; empty when it has that."""
    if is_enough(job):
        return ""
    needed, has = dollars(least(job)), dollars(job.budget or Decimal(0))
    about = "about " if job.is_spent_estimated else ""
    return f"A budget of {needed} or more is needed; it is {has}, of which {about}{dollars(taken(job))} are spent."


def offers(job: Job) -> list[str]:
    """Budgets that would do, in dollars and cents."""
    at_least = _up_to_cents(least(job))
    whole = max(_up_to_cents(job.budget or Decimal(0)), at_least)
    return [f"{whole * times:.2f}" for times in _TIMES]


def reached(job: Job) -> BudgetReached:
    """What is told of it when it is used up."""
    told: BudgetReached = {
        "job": str(job.pk),
        "budget": f"{job.budget or 0:.2f}",
        "spent": f"{job.spent:.2f}",
        "offers": offers(job),
        "turn": job.attempts,
    }
    return {**told, "is_spent_estimated": True} if job.is_spent_estimated else told


def dollars(amount: Decimal) -> str:
    """As exact as it must be, and with cents at least."""
    exact = amount.normalize()
    cents = amount.quantize(_CENT)
    return f"${cents if cents == exact else exact:f}"


def _up_to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_UP)
