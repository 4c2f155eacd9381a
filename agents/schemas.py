"""What clients may say on the JSON socket: each command typed, each field bounded."""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from agents.models.sessions import MOST_TEXT

Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str | int | None, Field(default=None)]


class GetState(_Command):
    type: Literal["get_state"]


class GetPreviewUrl(_Command):
    type: Literal["get_preview_url"]


class StartGeneration(_Command):
    type: Literal["start_generation"]
    prompt: Text | None = None
    model: Annotated[str, Field(default="", max_length=120)]
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
    type: Literal["subscribe"]
    after: Annotated[int, Field(ge=0, le=2**53)]


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
