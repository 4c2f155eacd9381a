"""Projects as the API takes and gives them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from projects.enums import Role
from projects.models import Project
from projects.rest import In, Out, Text
from projects.services.projects import MOST_NAME


class ProjectIn(In):
    name: str = Text(least=1, most=MOST_NAME)


class ProjectPatch(In):
    """What is left out stays."""

    name: str | None = Text(None, least=1, most=MOST_NAME)
    archived: bool | None = None


class ProjectOut(Out):
    """`role` is that of whoever asks."""

    id: UUID
    name: str
    owner: str
    slug: str
    template: str
    role: Role
    archived: bool
    last_seq: int
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_owner(project: Project, context: Any) -> str:
        return project.owner.handle or ""

    @staticmethod
    def resolve_archived(project: Project, context: Any) -> bool:
        return project.archived_at is not None
