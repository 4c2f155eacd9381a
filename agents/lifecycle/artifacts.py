"""What a job made to be taken away: recorded by the worker that owns it, inside `leases.hold`."""

from django.conf import settings
from django.db.models import Sum

from agents.errors import Failure
from agents.events import ArtifactCreated
from agents.lifecycle import facts
from agents.models import Artifact, Job, Piece
from agents.models.artifacts import MOST_NAME
from projects import storable
from projects.models import Project
from projects.services.contents import Kept

_MIB = 1024 * 1024


def record(job: Job, kept: Kept, *, name: str, media_type: str) -> Artifact:
    """Its row, its pieces and its event are one fact. Of one name a job has one."""
    check_room(job.project, kept.size)
    made = Artifact.objects.create(
        job=job, name=storable.name(name)[:MOST_NAME], media_type=media_type, size=kept.size, sha256=kept.sha256
    )
    pieces = [Piece(artifact=made, position=at, blob_id=sha256) for at, sha256 in enumerate(kept.pieces)]
    Piece.objects.bulk_create(pieces, batch_size=200)
    facts.record(job, "artifact_created", _told(made), by=job.created_by)
    return made


def check_room(project: Project, size: int) -> None:
    """What all jobs of a project keep is bounded, and asked again while more comes."""
    used = Artifact.objects.filter(job__project=project).aggregate(total=Sum("size"))["total"] or 0
    if used + size > settings.ARTIFACTS_MB * _MIB:
        raise Failure(
            "policy_denied",
            f"The artifacts of one project may hold {settings.ARTIFACTS_MB:,} MiB in all, and this is one too many.",
            user_action="Delete jobs whose artifacts nobody needs any more, then try again.",
        )


def _told(made: Artifact) -> ArtifactCreated:
    return {
        "job": str(made.job_id),
        "artifact": str(made.pk),
        "name": made.name,
        "media_type": made.media_type,
        "size": made.size,
        "sha256": made.sha256,
    }
