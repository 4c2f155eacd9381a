"""Sessions and what is said in them, as the API takes and gives them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from agents.enums import Author
from agents.models import Message, Session
from agents.models.sessions import MOST_TEXT
from agents.services.selection import MOST_NAME
from agents.services.sessions import MOST_TITLE
from projects.rest import In, Int, Out, Text
from projects.schemas.versions import MOST_NUMBER
from projects.services.checkpoints import MOST_LABEL
from projects.store import branchnames


class SessionIn(In):
    title: str = Text(least=1, most=MOST_TITLE)
    branch: str = Text("main", least=1, most=branchnames.MOST)


class SessionPatch(In):
    """What is left out or null stays."""

    title: str | None = Text(None, least=1, most=MOST_TITLE)
    archived: bool | None = None


class SessionOut(Out):
    id: UUID
    project: UUID
    title: str
    branch: str
    archived: bool
    created_by: str | None
    created_at: datetime

    @staticmethod
    def resolve_project(session: Session, context: Any) -> UUID:
        return session.project_id

    @staticmethod
    def resolve_branch(session: Session, context: Any) -> str:
        return session.branch.name

    @staticmethod
    def resolve_archived(session: Session, context: Any) -> bool:
        return session.archived_at is not None

    @staticmethod
    def resolve_created_by(session: Session, context: Any) -> str | None:
        return session.created_by.get_short_name() if session.created_by else None


class MessageIn(In):
    """Without a model it is the one of this installation."""

    text: str = Text(least=1, most=MOST_TEXT)
    model: str = Text("", most=MOST_NAME)


class MessageOut(Out):
    """`job` is what it asked for, or what it was said in the course of."""

    id: UUID
    role: Author
    text: str
    author: str | None
    job: UUID | None
    created_at: datetime

    @staticmethod
    def resolve_author(message: Message, context: Any) -> str | None:
        return message.author.get_short_name() if message.author else None

    @staticmethod
    def resolve_job(message: Message, context: Any) -> UUID | None:
        return message.job_id


class LabelIn(In):
    label: str = Text(least=1, most=MOST_LABEL)


class HeadIn(In):
    """The number of the branch's newest version as you saw it; another one now is 412."""

    head: int = Int(least=1, most=MOST_NUMBER)
