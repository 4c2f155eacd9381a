"""Jobs and what they did, as the API takes and gives them."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from agents.enums import GenerationState, Intent, JobKind, JobState, Phase, StepState, WaitingFor
from agents.models import Generation, Job
from agents.models.jobs import MOST_PRIORITY
from agents.models.sessions import MOST_TEXT
from agents.prompts import blueprint
from agents.services import showing
from agents.services.amending import MOST_TITLE
from agents.services.selection import MOST_NAME
from projects.rest import In, Int, Out, Text
from sandboxes.enums import CommandKind, CommandState

MOST_BUDGET = 999_999
_NUMBER = re.compile(r"[-+.0-9eE_]+|[-+]?(?:inf|infinity|nan)", re.IGNORECASE)


def _written_out(moment: Any) -> Any:
    """A number is no moment, though some would take it for seconds."""
    if isinstance(moment, int | float) or (isinstance(moment, str) and _NUMBER.fullmatch(moment.strip())):
        raise ValueError("is a number and no moment")
    return moment


def _everywhere(moment: datetime) -> datetime:
    """Some moments at the ends of time exist in one zone and not in another."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond all calendars") from None


class JobIn(In):
    """Its kind follows from what is there; who names one wants that or nothing. Without a session it is the newest.

    A repair, a review, an install and a start are asked for by their kind, of an app that is there; `text` may stay
    empty then.
    """

    project: UUID
    text: str = Text("", most=MOST_TEXT)
    kind: Literal["generate", "edit", "plan", "repair", "review", "install", "start"] | None = Field(
        None,
        description="plan: an answer, and no change. repair: mend what it reported, or what fails when it is tried. "
        "review: check types, style and build, and put right what is found. install, start: only that.",
    )
    model: str = Text("", most=MOST_NAME)
    approval: Literal["ask", "auto"] | None = Field(
        None, description="Whether the plan of a first build waits to be looked at; without it as the server is set."
    )
    session: UUID | None = None


class JobQuery(In):
    state: JobState | None = None
    kind: JobKind | None = None
    project: UUID | None = None
    session: UUID | None = None
    since: Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_everywhere)] | None = Field(
        None, description="Only what was asked for at this moment or later."
    )
    text: str | None = Text(None, least=1, most=100, description="Part of the title or of what was said.")


class JobPatch(In):
    """What is left out or null stays. Among those of a branch that nobody has begun, the higher priority goes first."""

    title: str | None = Text(None, most=MOST_TITLE)
    priority: int | None = Int(None, least=-MOST_PRIORITY, most=MOST_PRIORITY)
    budget: Annotated[Decimal, Field(ge=0, le=MOST_BUDGET, decimal_places=6)] | None = None


class JobOut(Out):
    """`waits` says why it does not go on; empty when nothing holds it up. `error` has code, message, user_action and
    retryable. Money is in dollars. One with `imported_at` ran elsewhere: it cost nothing here and never goes on."""

    id: UUID
    project: UUID
    branch: str
    session: UUID | None
    kind: JobKind
    state: JobState
    intent: Intent
    waiting_for: WaitingFor
    waits: str
    phase: Phase
    title: str
    priority: int
    model: str
    budget: Decimal | None
    reserved: Decimal
    spent: Decimal
    attempts: int
    error: dict[str, Any] | None
    rerun_of: UUID | None
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    imported_at: datetime | None

    @staticmethod
    def resolve_rerun_of(job: Job, context: Any) -> UUID | None:
        return job.rerun_of_id

    @staticmethod
    def resolve_project(job: Job, context: Any) -> UUID:
        return job.project_id

    @staticmethod
    def resolve_branch(job: Job, context: Any) -> str:
        return job.branch.name

    @staticmethod
    def resolve_session(job: Job, context: Any) -> UUID | None:
        return job.session_id

    @staticmethod
    def resolve_title(job: Job, context: Any) -> str:
        return showing.title(job)

    @staticmethod
    def resolve_created_by(job: Job, context: Any) -> str | None:
        return job.created_by.get_short_name() if job.created_by else None


class WholeJobOut(JobOut):
    """With what was said, what it is to become, and the files planned, each `closed` once it is there."""

    text: str
    blueprint: dict[str, Any]
    plan: list[dict[str, Any]]

    @staticmethod
    def resolve_text(job: Job, context: Any) -> str:
        return str(job.input.get("text", ""))


class SteerIn(In):
    text: str = Text(least=1, most=MOST_TEXT)


class PlannedFileIn(In):
    path: str = Text(least=1, most=1000)
    purpose: str = Text("", most=400)


class PhaseIn(In):
    title: str = Text(least=1, most=120)
    files: Annotated[list[PlannedFileIn], Field(min_length=1, max_length=blueprint.MAX_FILES)]


class PageIn(In):
    path: str = Text(least=1, most=200)
    title: str = Text("", most=120)
    purpose: str = Text("", most=300)


class LookIn(In):
    mood: str = Text("", most=300)
    palette: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=8)] = []
    type: str = Text("", most=200)


class PlanIn(In):
    """The whole plan. Its kind of app (`stack`) stays as it was planned."""

    name: str = Text(least=1, most=80)
    description: str = Text(least=1, most=600)
    stack: str = Text(least=1, most=40)
    pages: Annotated[list[PageIn], Field(max_length=blueprint.MAX_LIST)] = []
    features: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=blueprint.MAX_LIST)] = []
    data: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=blueprint.MAX_LIST)] = []
    look: LookIn = LookIn()
    phases: Annotated[list[PhaseIn], Field(min_length=1, max_length=blueprint.MAX_PHASES)]


class StepOut(Out):
    key: str
    ordinal: int
    role: str
    title: str
    state: StepState
    started_at: datetime
    finished_at: datetime | None


class AttemptOut(Out):
    """`outcome` is completed, failed, cancelled, paused, yielded, lost or retried; empty while it goes on."""

    number: int
    outcome: str
    error: str
    started_at: datetime
    finished_at: datetime | None


class GenerationOut(Out):
    """One call of a model. No token is counted twice, but those of reasoning are part of the output."""

    id: UUID
    step: str
    state: GenerationState
    role: str
    provider: str
    model: str
    attempt: int
    prompt_hash: str
    finish_reason: str
    error_code: str
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost: Decimal | None
    first_token_ms: int | None
    duration_ms: int | None
    created_at: datetime

    @staticmethod
    def resolve_step(generation: Generation, context: Any) -> str:
        return str(generation.step_key)  # type: ignore[attr-defined]  # of `services.showing`


class GivenOut(Out):
    """What a call was given of a project, in estimated tokens, and what its room was too short for.

    Files are `whole`, `outlined` (only what they export), or `left_out`. Of the messages before, the newest `messages`
    went along whole, `condensed` in a line each, `unsaid` not at all.
    """

    room: int
    tokens: int
    whole: list[str]
    outlined: list[str]
    left_out: list[str]
    messages: int
    condensed: int
    unsaid: int


class WholeGenerationOut(GenerationOut):
    """With what was asked and every word that came. `given` is null of a call that was shown no files."""

    given: GivenOut | None
    request: dict[str, Any]
    response: str

    @staticmethod
    def resolve_given(generation: Generation, context: Any) -> dict[str, Any] | None:
        given: dict[str, Any] | None = generation.request.get("given")
        return given


class LogOut(Out):
    """One command with the end of what it wrote; of work without a model, all that was noted."""

    id: UUID
    kind: CommandKind | JobKind
    title: str
    state: CommandState
    exit_code: int | None
    output: str
    started_at: datetime
    finished_at: datetime | None
