"""What clients may say on the JSON socket: each command typed, each field bounded."""

import uuid
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from agents.models.sessions import MOST_TEXT

# How many jobs one socket may single out.
MOST_JOBS = 100
_MOST_ID = 2**53


def _storable(text: str) -> str:
    """No database takes a null character in a text."""
    if "\0" in text:
        raise ValueError("null characters are not allowed")
    return text


Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT), AfterValidator(_storable)]
CommandId = Annotated[str, Field(max_length=100)] | Annotated[int, Field(ge=-_MOST_ID, le=_MOST_ID)] | None


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: CommandId = None


class GetState(_Command):
    type: Literal["get_state"]


class GetPreviewUrl(_Command):
    type: Literal["get_preview_url"]


class StartGeneration(_Command):
    type: Literal["start_generation"]
    prompt: Text | None = None
    model: Annotated[str, Field(max_length=120), AfterValidator(_storable)] = ""
    session: uuid.UUID | None = None


class StopGeneration(_Command):
    type: Literal["stop_generation"]


class PauseGeneration(_Command):
    type: Literal["pause_generation"]


class ResumeGeneration(_Command):
    type: Literal["resume_generation"]


class UserMessage(_Command):
    type: Literal["user_message"]
    text: Text
    session: uuid.UUID | None = None


class Subscribe(_Command):
    """Without jobs: everything. With them: only their events; hints come in any case."""

    type: Literal["subscribe"]
    after: Annotated[int, Field(ge=0, le=_MOST_ID)]
    jobs: Annotated[frozenset[uuid.UUID], Field(max_length=MOST_JOBS)] = frozenset()


class Ping(_Command):
    type: Literal["ping"]


Command = (
    GetState
    | GetPreviewUrl
    | StartGeneration
    | StopGeneration
    | PauseGeneration
    | ResumeGeneration
    | UserMessage
    | Subscribe
    | Ping
)

COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])
