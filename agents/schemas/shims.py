"""What clients of the earlier design send. They send more than is needed here; that is left alone."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from agents.models.sessions import MOST_TEXT
from agents.services.selection import MOST_NAME
from agents.services.sessions import MOST_TITLE
from projects.rest import In, Text

MOST_PACKAGES = 30
MOST_RESPONSE = 6 * 1024 * 1024

# A name as npm or pip has it, perhaps with a version; nothing that could be an option or a path.
_NAME = r"^@?[A-Za-z0-9][\w.\-]*(/[\w.\-]+)?(\[[\w,\-]+\])?(@[\w.\-^~*<>=]+|[=<>~!]=?[\w.*,<>=!~]+)?$"

Names = Annotated[list[Annotated[str, Field(max_length=214, pattern=_NAME)]], Field(max_length=MOST_PACKAGES)]


class Lenient(In):
    model_config = ConfigDict(extra="ignore")


class Place(Lenient):
    """Which project is meant: `project`, or `sandboxId`, which is the same id here."""

    project: UUID | None = None
    sandboxId: UUID | None = None  # noqa: N815 - the client's word


class ConversationIn(Lenient):
    action: Literal["reset", "clear-old", "update"]
    data: dict[str, Any] | None = None


class TopicIn(Lenient):
    """The part of `data` that there is a place for."""

    currentTopic: str | None = Text(None, least=1, most=MOST_TITLE)  # noqa: N815 - as above


class CodeIn(Place):
    response: str = Text(least=1, most=MOST_RESPONSE, pattern="")
    isEdit: bool = False  # noqa: N815 - as above
    packages: Names = []


class PromptIn(Lenient):
    prompt: str = Text(least=1, most=MOST_TEXT)
    model: str | None = Text(None, most=MOST_NAME)
    isEdit: bool = False  # noqa: N815 - as above
    context: Place | None = None


class PackagesIn(Place):
    packages: Names = Field(..., min_length=1)
