"""Members, invitations and tokens as the API takes and gives them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from projects.enums import Role
from projects.models import Member
from projects.rest import In, Int, Out, Text
from projects.services import accounts, tokens

Given = Literal["editor", "viewer"]
Scope = Literal["read", "write", "manage"]
MOST_DAYS = 3650


class MemberOut(Out):
    handle: str
    name: str
    role: Role
    joined_at: datetime

    @staticmethod
    def resolve_handle(member: Member, context: Any) -> str:
        return member.user.handle or ""

    @staticmethod
    def resolve_name(member: Member, context: Any) -> str:
        return accounts.shown(member.user)


class RoleIn(In):
    role: Given


class TransferIn(In):
    """The handle of a member."""

    to: str = Text(least=1, most=40)


class InvitationIn(In):
    email: str = Text(least=3, most=254)
    role: Given = "editor"


class InvitationOut(Out):
    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


class OfferOut(Out):
    """`link` is given this once. `sent`: a letter with it is on its way."""

    invitation: InvitationOut
    link: str
    sent: bool


class AcceptIn(In):
    """What stands at the end of the link."""

    secret: str = Text(least=1, most=200)


class JoinedOut(Out):
    project: UUID
    role: Role


class TokenIn(In):
    """Without `days` it works for ever."""

    name: str = Text(least=1, most=tokens.MOST_NAME)
    scopes: list[Scope]
    days: int | None = Int(None, least=1, most=MOST_DAYS)


class TokenOut(Out):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class NewTokenOut(Out):
    """`secret` is given this once."""

    token: TokenOut
    secret: str


def joined(member: Member) -> dict[str, Any]:
    return {"project": member.project_id, "role": member.role}
