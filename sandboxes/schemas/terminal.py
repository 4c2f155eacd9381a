"""What a page says to its terminal."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MOST_TEXT = 16 * 1024


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Typed(_Said):
    type: Literal["typed"]
    text: str = Field(max_length=MOST_TEXT)


class Resized(_Said):
    type: Literal["resized"]
    rows: int
    columns: int


class Proposed(_Said):
    """What was changed in the box is to become a change set."""

    type: Literal["proposed"]


class Closed(_Said):
    """The shell is not wanted any more."""

    type: Literal["closed"]


SAID: TypeAdapter[Typed | Resized | Proposed | Closed] = TypeAdapter(
    Annotated[Typed | Resized | Proposed | Closed, Field(discriminator="type")]
)
