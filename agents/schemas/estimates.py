"""What a job may cost, as the API gives it."""

from decimal import Decimal
from typing import Literal

from agents.enums import Basis, JobKind
from agents.services.selection import MOST_NAME
from projects.rest import In, Out, Text
from projects.store import branchnames


class EstimateQuery(In):
    """Without a kind that of what is said next, without a branch on `main`, without a model the one that is set."""

    kind: Literal["generate", "edit", "plan", "repair", "review", "install", "start"] | None = None
    branch: str = Text("main", least=1, most=branchnames.MOST)
    model: str = Text("", most=MOST_NAME)


class DollarsOut(Out):
    """The middle of all, and what eight of ten lie between."""

    median: Decimal
    low: Decimal
    high: Decimal


class TokensOut(Out):
    """The middle of all, and what eight of ten lie between."""

    median: int
    low: int
    high: int


class EstimateOut(Out):
    """What it rests on is `basis`: past, on so many `jobs` of this kind and model; bound, the most it can come to, as a
    whole or for each call; or free. `cost` is in dollars and null where nobody knows the price."""

    kind: JobKind
    model: str
    basis: Basis
    jobs: int
    is_per_call: bool
    cost: DollarsOut | None
    tokens: TokensOut | None
    says: str
