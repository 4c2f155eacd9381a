"""Links with which anybody may look at a preview. An address is given once, with the answer that makes it."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room
from projects.services import branches
from sandboxes.schemas.links import SharedOut, ShareLinkIn, ShareLinkOut
from sandboxes.schemas.sandboxes import BranchQuery
from sandboxes.services import links

room = Room("share links")


@room.get("/projects/{uuid:project}/share-links", Page[ShareLinkOut], scope="manage")
def list_share_links(request: Request, project: UUID, page: Query[Paging], of: Query[BranchQuery]) -> Any:
    """List the links to the preview of a branch, also those whose time is over."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    return page.of(request, links.of(branches.find(found, of.branch)), by=("-created_at", "-id"))


# Not keyed: an answer that is kept would keep the link.
@room.post("/projects/{uuid:project}/share-links", SharedOut, scope="manage", keyed=False, refuses=(409,))
def make_share_link(request: Request, project: UUID, of: Query[BranchQuery], body: ShareLinkIn) -> Any:
    """Make a link with which anybody may look at the preview of a branch.

    It works as long as whoever made it may change the project.
    """
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    return links.make(branches.find(found, of.branch), days=body.days, by=request.user)._asdict()


@room.delete("/projects/{uuid:project}/share-links/{uuid:link}", scope="manage")
def revoke_share_link(request: Request, project: UUID, link: UUID) -> Any:
    """Take a link back. Whoever came by it sees nothing any more."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    links.revoke(links.find(found, link), by=request.user)
