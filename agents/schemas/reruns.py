"""Jobs run again, and how two compare, as the API takes and gives them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from agents.enums import JobState
from agents.services.comparisons import Side
from agents.services.selection import MOST_NAME
from projects.rest import In, Out, Text
from projects.schemas.versions import ComparisonOut
from projects.store import branchnames


class RerunIn(In):
    """Without a name the new branch is called after the model, such as `again-gpt-5-1`."""

    model: str = Text(least=1, most=MOST_NAME)
    branch: str | None = Text(None, least=1, most=branchnames.MOST)


class SideOut(Out):
    """`version` is what it made; without one `note` says why. Money is in dollars; `input_tokens` are with those that
    came from a cache."""

    job: UUID
    branch: str
    model: str
    title: str
    state: JobState
    version: int | None
    note: str
    cost: Decimal
    seconds: int
    calls: int
    repairs: int
    input_tokens: int
    output_tokens: int

    @staticmethod
    def resolve_job(side: Side, context: Any) -> UUID:
        return side.job.pk

    @staticmethod
    def resolve_branch(side: Side, context: Any) -> str:
        return side.job.branch.name

    @staticmethod
    def resolve_model(side: Side, context: Any) -> str:
        return side.job.model

    @staticmethod
    def resolve_state(side: Side, context: Any) -> str:
        return side.job.state

    @staticmethod
    def resolve_cost(side: Side, context: Any) -> Decimal:
        return side.job.spent


class PairOut(Out):
    """`compared` leads from the files of the original to those of the re-run; null until both have ended."""

    original: SideOut
    rerun: SideOut
    compared: ComparisonOut | None = Field(...)
