"""Links to a preview as the API takes and gives them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from projects.rest import In, Out
from projects.services import accounts
from sandboxes.models import ShareLink


class ShareLinkIn(In):
    """Without `days` it lasts until it is taken back."""

    days: Literal[1, 7, 30] | None = None


class ShareLinkOut(Out):
    """`visits`: how often it was opened; counted within half a minute."""

    id: UUID
    branch: str
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    visits: int
    last_visited_at: datetime | None

    @staticmethod
    def resolve_branch(link: ShareLink, context: Any) -> str:
        return link.sandbox.branch.name

    @staticmethod
    def resolve_created_by(link: ShareLink, context: Any) -> str | None:
        return accounts.shown(link.created_by) if link.created_by else None


class SharedOut(Out):
    """`address` is given this once."""

    link: ShareLinkOut
    address: str
