"""Remotes of a project. What signs in there is taken and never given; pushing is a job, among the chores."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access, errors
from projects.enums import Ability
from projects.models import Project, Remote
from projects.rest import Page, Paging, Request, Room
from projects.schemas.transfers import RemoteIn, RemoteOut, RemotePatch
from projects.services import remotes

room = Room("remotes")


@room.get("/projects/{uuid:project}/remotes", Page[RemoteOut], scope="manage")
def list_remotes(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the remotes of a project."""
    found = _project(request, project, Ability.KEEP)
    return page.of(request, found.remotes.all(), by=("name",))


# Not keyed: a key would keep a hash of the password.
@room.post("/projects/{uuid:project}/remotes", RemoteOut, scope="manage", keyed=False)
def add_remote(request: Request, project: UUID, body: RemoteIn) -> Any:
    """Add a remote.

    Its name is free once in a project: asking twice adds it once.
    """
    return remotes.add(_project(request, project), **body.dict(), by=request.user)


@room.get("/projects/{uuid:project}/remotes/{uuid:remote}", RemoteOut, scope="manage")
def read_remote(request: Request, project: UUID, remote: UUID) -> Any:
    """Read one remote."""
    return _remote(request, project, remote, Ability.KEEP)


@room.patch("/projects/{uuid:project}/remotes/{uuid:remote}", RemoteOut, scope="manage", keyed=False)
def change_remote(request: Request, project: UUID, remote: UUID, body: RemotePatch) -> Any:
    """Change a remote."""
    return remotes.change(_remote(request, project, remote), **body.dict(), by=request.user)


@room.delete("/projects/{uuid:project}/remotes/{uuid:remote}", scope="manage")
def remove_remote(request: Request, project: UUID, remote: UUID) -> Any:
    """Remove a remote. What was pushed there stays there."""
    remotes.remove(_remote(request, project, remote, Ability.KEEP), by=request.user)


def _project(request: Request, project: UUID, ability: Ability = Ability.OWN) -> Project:
    return access.get_project_by_id(request.user, project, ability)


def _remote(request: Request, project: UUID, remote_id: UUID, ability: Ability = Ability.OWN) -> Remote:
    found = remotes.find(_project(request, project, ability), remote_id)
    if found is None:
        raise errors.Missing("There is no such remote.")
    return found
