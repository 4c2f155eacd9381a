"""Checkpoints: labels on versions, and the way back to them."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.api.versions import shown
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room
from projects.schemas.versions import CheckpointIn, CheckpointOut, CheckpointPatch, RestoreIn, VersionOut
from projects.services import branches, checkpoints, versions

room = Room("checkpoints")


@room.get("/projects/{uuid:project}/checkpoints", Page[CheckpointOut])
def list_checkpoints(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the checkpoints of a project, the newest first."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return page.of(request, checkpoints.listed(found), by=("-created_at", "-id"))


@room.post("/projects/{uuid:project}/checkpoints", CheckpointOut)
def create_checkpoint(request: Request, project: UUID, body: CheckpointIn) -> Any:
    """Put a label on a version."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    return checkpoints.create(versions.find(found, body.version), body.label, by=request.user)


@room.patch("/projects/{uuid:project}/checkpoints/{uuid:checkpoint}", CheckpointOut)
def rename_checkpoint(request: Request, project: UUID, checkpoint: UUID, body: CheckpointPatch) -> Any:
    """Change the label."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    kept = checkpoints.find(found, checkpoint)
    checkpoints.rename(kept, body.label)
    return kept


@room.delete("/projects/{uuid:project}/checkpoints/{uuid:checkpoint}")
def delete_checkpoint(request: Request, project: UUID, checkpoint: UUID) -> Any:
    """Take the label off; the version stays."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    checkpoints.delete(checkpoints.find(found, checkpoint))


@room.post("/projects/{uuid:project}/checkpoints/{uuid:checkpoint}/restore", VersionOut, refuses=(409, 412))
def restore_checkpoint(request: Request, project: UUID, checkpoint: UUID, body: RestoreIn) -> Any:
    """Make a new version whose files are those of the labelled one."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    kept, branch = checkpoints.find(found, checkpoint), branches.find(found, body.branch)
    return shown(found, checkpoints.restore(kept, branch, by=request.user, seen=body.head))
