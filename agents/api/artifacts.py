"""What jobs made to be taken away: listed with the job, downloaded in pieces."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from agents.api.jobs import found
from agents.schemas.artifacts import ArtifactOut
from agents.services import artifacts
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room, downloads, etags

room = Room("artifacts")
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_KINDS = ("application/octet-stream", "application/x-git-bundle", "application/zip")
_DOWNLOAD = {
    "responses": {
        200: {
            "description": "All of its bytes, as a file.",
            "content": dict.fromkeys(_KINDS, _BYTES),
        },
        304: {"description": "Its reader has it already."},
    }
}


@room.get("/jobs/{uuid:job}/artifacts", Page[ArtifactOut])
def list_artifacts(request: Request, job: UUID, page: Query[Paging]) -> Any:
    """List what a job made to be taken away. It is there as long as the job is."""
    return page.of(request, artifacts.of_job(found(request, job, Ability.VIEW)), by=("created_at", "id"))


@room.get("/jobs/{uuid:job}/artifacts/{uuid:artifact}/download", extra=_DOWNLOAD)
def download_artifact(request: Request, job: UUID, artifact: UUID) -> Any:
    """Download an artifact of a job. It never changes: `If-None-Match` with its ETag is answered with 304."""
    kept = artifacts.find(found(request, job, Ability.VIEW), artifact)
    tag = etags.tag(kept.sha256)
    if etags.is_known(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    answer = downloads.answer(artifacts.read(kept), name=kept.name, media_type=artifacts.served_as(kept))
    answer.headers["ETag"] = tag
    return answer
