"""What a job may still spend: put aside before a call, and no call may say more than what is left pays for.

A model whose price nobody told us is only held back once the budget is spent.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import F

from agents import pricing
from agents.llm.base import Request
from agents.models import Job

# A reply that must be shorter than this is not worth what asking for it costs.
LEAST_TOKENS = 1_000
_CENTS = Decimal("0.000001")


class BudgetReached(Exception):
    """The next call may cost more than is left."""


@dataclass(frozen=True)
class Reserve:
    """What is put aside for one call, and the request as the budget allows it."""

    request: Request
    amount: Decimal


def put_aside(job: Job, request: Request) -> Reserve:
    """Inside the transaction that opens the call."""
    if job.budget is None:
        return Reserve(request, Decimal(0))
    left = job.budget - job.spent - job.reserved
    if left <= 0:
        raise BudgetReached
    reserve = _within(left, request)
    # As exact as the column is, or what is given back would not be what was put aside.
    reserve = replace(reserve, amount=reserve.amount.quantize(_CENTS, ROUND_UP))
    Job.objects.filter(pk=job.pk).update(reserved=F("reserved") + reserve.amount)
    return reserve


def give_back(job_id: UUID, amount: Decimal) -> None:
    """What the call really cost is in `spent` by now."""
    if amount:
        Job.objects.filter(pk=job_id).update(reserved=F("reserved") - amount)


def _within(left: Decimal, request: Request) -> Reserve:
    """As much as the model may ever say, or as much as is left pays for."""
    least, twice = (_bound(request, LEAST_TOKENS * times) for times in (1, 2))
    if not least or not twice:
        return Reserve(request, Decimal(0))
    if least > left:
        raise BudgetReached
    whole = _bound(request, request.max_tokens)
    if whole is not None and whole <= left:
        return Reserve(request, whole)
    each = (twice - least) / LEAST_TOKENS
    most = LEAST_TOKENS + int((left - least) / each)
    return Reserve(replace(request, max_tokens=most), min(left, least + each * (most - LEAST_TOKENS)))


def _bound(request: Request, most: int | None) -> Decimal | None:
    """None where nobody knows the price; on a server of one's own that is nobody else's."""
    if settings.DJINN_API_BASE and not request.model.startswith(pricing.SAYS_ITS_PRICE):
        return None
    return pricing.bound(request.model, replace(request, max_tokens=most))
