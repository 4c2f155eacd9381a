"""How many tokens the prompt of a call may have: what its models bear beside a reply, and what its job can pay for."""

from decimal import Decimal
from typing import Protocol

from django.conf import settings

from agents import capabilities, pricing

# Of a model that stands in no list.
_WINDOW, _REPLY = 64_000, 16_000
# No prompt costs more than this part of what is left for the job.
_PART = 4
LEAST = 4_000


class Purse(Protocol):
    """What is known of a job's money."""

    budget: Decimal | None
    spent: Decimal
    reserved: Decimal


def of(job: Purse, models: tuple[str, ...]) -> int:
    """For the least of the models that may answer."""
    left = None if job.budget is None else max(Decimal(0), job.budget - job.spent - job.reserved)
    return max(LEAST, min((for_model(model, left) for model in models), default=LEAST))


def for_model(model: str, left: Decimal | None = None) -> int:
    """A reply needs its part of the window, where it has a limit of its own no more than that."""
    window = capabilities.window(model) or _WINDOW
    reply = min(capabilities.longest_reply(model) or _REPLY, _REPLY, window // 2)
    return min(window - reply, settings.CONTEXT_TOKENS, _payable(model, left))


def _payable(model: str, left: Decimal | None) -> int:
    rates = pricing.rates(model)
    if left is None or rates is None or not rates[0]:
        return int(settings.CONTEXT_TOKENS)
    return int(left / _PART / rates[0])
