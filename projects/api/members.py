"""Members of a project: who they are, their roles, going, and whose the project is."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room
from projects.schemas.membership import MemberOut, RoleIn, TransferIn
from projects.services import members

room = Room("members")


@room.get("/projects/{uuid:project}/members", Page[MemberOut])
def list_members(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List who is in a project, as they came."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return page.of(request, found.members.select_related("user"), by=("joined_at", "id"))


@room.patch("/projects/{uuid:project}/members/{handle}", MemberOut, scope="manage", refuses=(409,))
def change_member(request: Request, project: UUID, handle: str, body: RoleIn) -> Any:
    """Change somebody's role."""
    found = access.get_project_by_id(request.user, project, Ability.OWN)
    members.change_role(members.find(found, handle), role=body.role, by=request.user)
    return members.find(found, handle)


@room.delete("/projects/{uuid:project}/members/{handle}", scope="manage", refuses=(409,))
def remove_member(request: Request, project: UUID, handle: str) -> Any:
    """Take somebody out of a project, or leave it yourself."""
    if handle == request.user.handle:
        members.leave(access.get_project_by_id(request.user, project, Ability.VIEW), by=request.user)
        return
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    members.remove(members.find(found, handle), by=request.user)


@room.post("/projects/{uuid:project}/transfer", MemberOut, status=200, scope="manage", confirmed=True, refuses=(409,))
def transfer_project(request: Request, project: UUID, body: TransferIn) -> Any:
    """Hand a project on to one of its members.

    You become an editor of it. Its address changes with its owner. Invitations you made and nobody took are withdrawn.
    """
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    members.transfer(found, to=members.find(found, body.to), by=request.user)
    return members.find(found, body.to)
