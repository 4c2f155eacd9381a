"""Invitations into a project. A link is given once, with the answer that makes it."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room
from projects.schemas.membership import AcceptIn, InvitationIn, InvitationOut, JoinedOut, OfferOut, joined
from projects.services import invitations

room = Room("invitations")


@room.get("/projects/{uuid:project}/invitations", Page[InvitationOut], scope="manage")
def list_invitations(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the invitations that nobody has taken yet."""
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    return page.of(request, invitations.waiting(found), by=("-created_at", "-id"))


# Not keyed, and so is the next: an answer that is kept would keep the link.
@room.post("/projects/{uuid:project}/invitations", OfferOut, scope="manage", keyed=False, refuses=(409, 429))
def invite(request: Request, project: UUID, body: InvitationIn) -> Any:
    """Invite somebody by e-mail.

    Whoever opens the link first joins, with the account they choose. It works once, for seven days.
    """
    found = access.get_project_by_id(request.user, project, Ability.OWN)
    return invitations.invite(found, email=body.email, role=body.role, by=request.user)


@room.post(
    "/projects/{uuid:project}/invitations/{uuid:invitation}/resend",
    OfferOut, status=200, scope="manage", keyed=False, refuses=(409, 429),
)  # fmt: skip
def resend_invitation(request: Request, project: UUID, invitation: UUID) -> Any:
    """Send a new link, for seven days. The one before ends."""
    found = access.get_project_by_id(request.user, project, Ability.OWN)
    return invitations.resend(invitations.find_waiting(found, invitation), by=request.user)


@room.delete("/projects/{uuid:project}/invitations/{uuid:invitation}", scope="manage")
def withdraw_invitation(request: Request, project: UUID, invitation: UUID) -> Any:
    """Withdraw an invitation."""
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    invitations.revoke(invitations.find_waiting(found, invitation), by=request.user)


# Not keyed: a key would keep a hash of the secret, and a link works once anyway.
@room.post("/invitations/accept", JoinedOut, status=200, scope="manage", keyed=False, refuses=(404, 409))
def accept_invitation(request: Request, body: AcceptIn) -> Any:
    """Join a project with the secret at the end of an invitation's link."""
    return joined(invitations.accept(body.secret, by=request.user))
