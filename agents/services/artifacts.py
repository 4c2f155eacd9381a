"""What jobs made to be taken away: listed, found, and read in pieces."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from agents.models import Artifact, Job, Piece
from projects import errors
from projects.services import contents

# What a browser may be told that it is. Anything else is bytes.
_SAFE = frozenset({"application/zip", "application/x-git-bundle"})
PLAIN = "application/octet-stream"


def of_job(job: Job) -> "QuerySet[Artifact]":
    return Artifact.objects.filter(job=job)


def find(job: Job, artifact_id: UUID) -> Artifact:
    found = of_job(job).filter(pk=artifact_id).first()
    if found is None:
        raise errors.Missing("There is no such artifact of this job.")
    return found


def read(artifact: Artifact) -> Iterator[bytes]:
    """A few pieces at a time in memory, whatever it weighs."""
    return contents.read(
        list(Piece.objects.filter(artifact=artifact).order_by("position").values_list("blob", flat=True))
    )


def served_as(artifact: Artifact) -> str:
    """Never what a browser would run."""
    return artifact.media_type if artifact.media_type in _SAFE else PLAIN
