"""What a job may cost before it is asked for: what those before it cost, or else the most it can, said as such.

It rests on the newest jobs of the same kind and model of the whole installation. Of a failed one the cost counts, too;
one that was stopped says nothing about those that are not.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, Sum

from agents import capabilities, chains, enums, pricing, room
from agents.errors import Unfit
from agents.models import Generation, Job
from agents.services import jobs, selection
from projects.models import Branch, Project

# Fewer say too little, and more are older than what they would tell of.
LEAST, MOST = 5, 100
_EXACT = Decimal("0.000001")
Amount = TypeVar("Amount", int, Decimal)


@dataclass(frozen=True)
class Spread(Generic[Amount]):
    """The middle of all, and what eight of ten lie between; of a bound all three are the same."""

    median: Amount
    low: Amount
    high: Amount


@dataclass(frozen=True)
class Estimate:
    """`cost` in dollars is None where nobody knows the price, `tokens` where nobody knows the longest reply.

    A bound is for a whole job, or where that has none for each of its calls.
    """

    kind: enums.JobKind
    model: str
    basis: enums.Basis
    jobs: int = 0
    is_per_call: bool = False
    cost: Spread[Decimal] | None = None
    tokens: Spread[int] | None = None

    @property
    def says(self) -> str:
        """In a sentence, what it is and what it is not."""
        return _sentence(self)


def of(kind: enums.JobKind, model: str = "") -> Estimate:
    """Without a model for the one that is set. What is only tried asks none."""
    selection.check(model)
    chain = model or settings.DJINN_MODEL
    steps = () if model else settings.MODEL_OF_STEP.values()
    names = tuple(dict.fromkeys(name for text in (chain, *steps) for name in chains.names(text)))
    if kind in enums.TRIED or all(map(_is_free, names)):
        return Estimate(kind, chain, enums.Basis.FREE)
    return _past(kind, chain) or _bound(kind, chain, names)


def of_project(
    project: Project, *, branch: Branch | None = None, kind: enums.JobKind | None = None, model: str = ""
) -> Estimate:
    """Of what is asked for there next, on `main` unless told. Whether words build or change, what is there decides."""
    if kind in (None, enums.JobKind.GENERATE, enums.JobKind.EDIT):
        kind = jobs.kind_on(branch or Branch.objects.get(project=project, name="main"))
    return of(kind, model)


def line(kind: enums.JobKind, model: str = "") -> str:
    """For the eye: the sentence, or why there can be none."""
    try:
        return of(kind, model).says
    except Unfit as unfit:
        return str(unfit)


def line_of(project: Project, *, branch: Branch, kind: enums.JobKind | None = None, model: str = "") -> str:
    try:
        return of_project(project, branch=branch, kind=kind, model=model).says
    except Unfit as unfit:
        return str(unfit)


def _past(kind: enums.JobKind, chain: str) -> Estimate | None:
    ran_here = Job.objects.filter(kind=kind, model=chain, imported_at=None)
    ended = ran_here.filter(state__in=(enums.JobState.COMPLETED, enums.JobState.FAILED))
    spent = _spent(list(ended.order_by("-created_at").values_list("pk", flat=True)[:MOST]))
    priced = [cost for cost, _ in spent if cost is not None]
    if len(spent) < LEAST:
        return None
    tokens = _spread([used for _, used in spent])
    if len(priced) < LEAST:
        return Estimate(kind, chain, enums.Basis.PAST, jobs=len(spent), tokens=tokens)
    return Estimate(kind, chain, enums.Basis.PAST, jobs=len(priced), cost=_spread(priced), tokens=tokens)


def _spent(job_ids: Sequence[UUID]) -> list[tuple[Decimal | None, int]]:
    """Of each that asked a model: its cost, if all that it used has a price, and its tokens."""
    used = F("input_tokens") + F("cache_read_tokens") + F("cache_write_tokens") + F("output_tokens")
    settled = Generation.objects.filter(job__in=job_ids, state=enums.GenerationState.SETTLED)
    rows = (
        settled.annotate(used=used + F("reasoning_tokens"))
        .filter(used__gt=0)
        .order_by()
        .values("job")
        .annotate(all=Sum("used"), priced=Sum("cost"), unpriced=Count("pk", filter=Q(cost=None)))
    )
    return [(None if row["unpriced"] else row["priced"], row["all"]) for row in rows]


def _spread(amounts: Sequence[Amount]) -> Spread[Amount]:
    """Amounts that were there, but for a middle between two of them."""
    ordered, last = sorted(amounts), len(amounts) - 1
    middle = statistics.median_low(ordered)
    return Spread(middle, ordered[math.floor(last * 0.1)], ordered[math.ceil(last * 0.9)])


def _bound(kind: enums.JobKind, chain: str, names: Sequence[str]) -> Estimate:
    """The budget is kept whatever comes. Without one a question is one call; of other jobs each call has a bound."""
    calls = [_of_call(name) for name in names]
    cost, most = _largest([cost for cost, _ in calls]), _largest([most for _, most in calls])
    is_one_call = kind == enums.JobKind.PLAN
    if cost is None or not settings.JOB_BUDGET:
        return _at_most(kind, chain, cost, most, is_per_call=not is_one_call)
    budget = Decimal(str(settings.JOB_BUDGET))
    return _at_most(kind, chain, min(cost, budget) if is_one_call else budget, most if is_one_call else None)


def _at_most(
    kind: enums.JobKind, chain: str, cost: Decimal | None, most: int | None, *, is_per_call: bool = False
) -> Estimate:
    cost = None if cost is None else cost.quantize(_EXACT, ROUND_UP)
    return Estimate(kind, chain, enums.Basis.BOUND, is_per_call=is_per_call, cost=_all(cost), tokens=_all(most))


def _largest(amounts: Sequence[Amount | None]) -> Amount | None:
    """None where any of them is unknown."""
    known = [amount for amount in amounts if amount is not None]
    return max(known) if len(known) == len(amounts) else None


def _all(amount: Amount | None) -> Spread[Amount] | None:
    return None if amount is None else Spread(amount, amount, amount)


def _of_call(model: str) -> tuple[Decimal | None, int | None]:
    """The longest prompt and the longest reply: in dollars, and in tokens."""
    prompt, reply = room.for_model(model), capabilities.longest_reply(model)
    if reply is None:
        return None, None
    rates = None if _is_elsewhere(model) else pricing.rates(model, prompt=prompt)
    return (rates[0] * prompt + rates[1] * reply if rates else None), prompt + reply


def _is_free(model: str) -> bool:
    return not any(pricing.rates(model) or (1,)) and not _is_elsewhere(model)


def _is_elsewhere(model: str) -> bool:
    """On a server of one's own nobody knows what a name costs."""
    return bool(settings.DJINN_API_BASE and not model.startswith(pricing.SAYS_ITS_PRICE) and not chains.is_demo(model))


def _sentence(estimate: Estimate) -> str:
    if estimate.basis == enums.Basis.FREE:
        return "Free of charge"
    each = " for each call" if estimate.is_per_call else ""
    if (cost := estimate.cost) is not None:
        if estimate.basis == enums.Basis.BOUND:
            return f"{_dollars(cost.high)} at most{each}"
        return f"Usually about {_dollars(cost.median)}, from {_dollars(cost.low)} to {_dollars(cost.high)}"
    if (tokens := estimate.tokens) is None:
        return "Nobody knows what this model costs"
    if estimate.basis == enums.Basis.BOUND:
        return f"{_thousands(tokens.high)} tokens at most{each}; its price is not known"
    middle, low, high = map(_thousands, (tokens.median, tokens.low, tokens.high))
    return f"Usually about {middle} tokens, from {low} to {high}; its price is not known"


def _dollars(amount: Decimal) -> str:
    if 0 < amount < Decimal("0.01"):
        return "less than $0.01"
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"


def _thousands(amount: int) -> str:
    return f"{amount:,}" if amount < 1_000 else f"{round(amount / 1_000):,}k"
