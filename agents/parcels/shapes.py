"""The parts of a parcel and the bounds of each: what is written obeys them, what is read is refused if it does not."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from agents.models.sessions import MOST_TEXT
from projects.services import applying

FORMAT: Final = 1
KIND: Final = "djinn job"
MANIFEST: Final = "manifest.json"
# All rows stand in one part; beside it what was asked and what came, by the numbers of the calls, and the contents of
# files by their hashes.
JOB: Final = "job.json"
# In the output of a job that came so: what it was where it ran.
IMPORTED: Final = "imported"
CONTENTS: Final = "contents/"
_CALLS: Final = "calls/"
MOST_PART: Final = 16 * 1024 * 1024
# What was asked for in one call.
MOST_REQUEST: Final = 4 * 1024 * 1024
MOST_CALLS: Final = 1000
# All that stands in the zip: parts and contents, how many and how large together.
MOST_FILES: Final = 9_900
MOST_BYTES: Final = applying.MOST_TREE + 4 * MOST_PART
# Of all JSON in it together: a byte of it may become a hundred in memory.
MOST_VALUES: Final = 500_000
MOST_ROWS: Final = 500
MOST_EVENTS: Final = 2000
_MOST_TOKENS = 2_000_000_000
# Moments near the ends of time exist in one zone and not in another.
_FIRST, _LAST = 1990, 9000


def request_of(number: int) -> str:
    return f"{_CALLS}{number:04}.json"


def reply_of(number: int) -> str:
    return f"{_CALLS}{number:04}.txt"


def is_json(name: str) -> bool:
    return name.endswith(".json")


def most_of(name: str) -> int:
    """How large a part may be."""
    return MOST_REQUEST if name.startswith(_CALLS) and is_json(name) else MOST_PART


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _checked(moment: datetime) -> datetime:
    if not _FIRST <= moment.year <= _LAST:
        raise ValueError("is beyond all calendars")
    return moment


Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_checked)]
Id = Annotated[UUID, Field(strict=False)]
Money = Annotated[Decimal, Field(strict=False, ge=0, le=9999, decimal_places=6)]
Count = Annotated[int, Field(ge=0, le=_MOST_TOKENS)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.:/-]{0,59}$")]
Title = Annotated[str, Field(max_length=120)]
Word = Annotated[str, Field(max_length=40)]
Text = Annotated[str, Field(max_length=1_000_000)]
Said = Annotated[str, Field(max_length=MOST_TEXT)]


class FilePart(NamedTuple):
    """One file of a tree."""

    sha256: Sha256
    size: Count
    executable: bool


Tree = dict[Annotated[str, Field(max_length=240)], FilePart]


class Manifest(Part):
    """`trees` are the hashes of the trees, `parts` those of all files but contents, whose names are theirs.

    `removed`: so many places held a secret, an address of somebody or a path of the machine it comes from.
    """

    format: Literal[1]
    kind: Literal["djinn job"]
    trees: dict[str, Sha256]
    parts: dict[str, Sha256]
    removed: Count


class InputPart(Part):
    text: Said = ""
    wish: Said = ""
    model: Title = ""
    approval: Word = ""
    is_plan_edited: bool = False


class PlannedFile(Part):
    path: Annotated[str, Field(max_length=240)]
    purpose: Annotated[str, Field(max_length=2000)] = ""
    closed: bool = False


class PlannedPhase(Part):
    title: Annotated[str, Field(max_length=400)]
    files: Annotated[list[PlannedFile], Field(max_length=500)]


class ErrorPart(Part):
    code: Word
    message: Text
    user_action: Text
    retryable: bool


class JobPart(Part):
    """Who made it is nobody's business elsewhere. `spent` was paid where it ran."""

    id: Id
    kind: Literal["generate", "edit", "plan", "repair", "review"]
    state: Literal["completed", "failed", "cancelled"]
    title: Title
    model: Title
    input: InputPart
    blueprint: dict[str, Any]
    plan: Annotated[list[PlannedPhase], Field(max_length=100)]
    error: ErrorPart | None
    spent: Money
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment

    @model_validator(mode="after")
    def _error_iff_failed(self) -> Self:
        if (self.error is None) == (self.state == "failed"):
            raise ValueError("says that it failed and not why, or why and not that")
        return self


class StepPart(Part):
    key: Key
    ordinal: Count
    role: Annotated[str, Field(max_length=20)]
    title: Title
    state: Literal["running", "done", "failed"]
    output: dict[str, Any]
    started_at: Moment
    finished_at: Moment | None

    @model_validator(mode="after")
    def _ended_says_when(self) -> Self:
        if (self.finished_at is None) != (self.state == "running"):
            raise ValueError("has ended and does not say when, or the other way round")
        return self


class AttemptPart(Part):
    number: Count
    started_at: Moment
    finished_at: Moment | None
    outcome: Annotated[str, Field(max_length=12)]
    error: Text


class CallPart(Part):
    """What was asked and what came stand in files of their own, by its number."""

    step: Key
    role: Annotated[str, Field(max_length=20)]
    provider: Word
    model: Title
    attempt: Count
    prompt_hash: Annotated[str, Field(max_length=64)]
    staged: Count | None
    finish_reason: Annotated[str, Field(max_length=30)]
    error_code: Annotated[str, Field(max_length=30)]
    input_tokens: Count
    cache_read_tokens: Count
    cache_write_tokens: Count
    output_tokens: Count
    reasoning_tokens: Count
    cost: Money | None
    first_token_ms: Count | None
    duration_ms: Count | None
    created_at: Moment


class GivenPart(BaseModel):
    """What a call was given of the project, as the API tells it."""

    model_config = ConfigDict(strict=True)

    room: int
    tokens: int
    whole: list[str]
    outlined: list[str]
    left_out: list[str]
    messages: int
    condensed: int
    unsaid: int


class RequestPart(BaseModel):
    """Of what was asked: that of which a replay or the API makes something. The rest is only read."""

    model_config = ConfigDict(strict=True)

    begun: dict[Literal["path", "text"], str] | None = None
    left_out: list[str] = []
    stacks: list[str] = []
    given: GivenPart | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.begun is not None and self.begun.keys() != {"path", "text"}:
            raise ValueError("names half a file")
        return self


class MessagePart(Part):
    """`is_first`: the one that asked for the job."""

    id: Id
    role: Literal["user", "assistant"]
    text: Text
    is_first: bool
    created_at: Moment

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.role == "user" and len(self.text) > MOST_TEXT:
            raise ValueError("is longer than a person may speak")
        return self


class EventPart(Part):
    kind: Annotated[str, Field(max_length=40)]
    payload: dict[str, Any]
    created_at: Moment


class TreesPart(Part):
    """What it began with, what it staged over that, and the version that was made of it; None: there is none."""

    base: Tree
    staged: Tree | None
    made: Tree | None

    @model_validator(mode="after")
    def _made_of_staged(self) -> Self:
        if self.made is not None and self.staged is None:
            raise ValueError("has a version of nothing")
        return self


class Rows(Part):
    """Everything but what was asked, what came, and the contents of files."""

    job: JobPart
    steps: Annotated[list[StepPart], Field(max_length=MOST_ROWS)]
    attempts: Annotated[list[AttemptPart], Field(max_length=MOST_ROWS)]
    calls: Annotated[list[CallPart], Field(max_length=MOST_CALLS)]
    messages: Annotated[list[MessagePart], Field(max_length=MOST_ROWS)]
    events: Annotated[list[EventPart], Field(max_length=MOST_EVENTS)]
    trees: TreesPart
