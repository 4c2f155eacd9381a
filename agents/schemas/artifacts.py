"""Exports, and what jobs made to be taken away, as the API takes and gives them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from agents.models import Artifact
from agents.services import artifacts
from projects.rest import In, Int, Out, Text
from projects.schemas.versions import MOST_NUMBER
from projects.store import branchnames


class ExportIn(In):
    """A zip holds one version, or the head of a branch, or else of `main`. A bundle holds everything."""

    form: Literal["zip", "bundle"]
    version: int | None = Int(None, least=1, most=MOST_NUMBER)
    branch: str | None = Text(None, least=1, most=branchnames.MOST)


class ArtifactOut(Out):
    """`sha256` is of all its bytes."""

    id: UUID
    job: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime

    @staticmethod
    def resolve_job(artifact: Artifact, context: Any) -> UUID:
        return artifact.job_id

    @staticmethod
    def resolve_media_type(artifact: Artifact, context: Any) -> str:
        return artifacts.served_as(artifact)
