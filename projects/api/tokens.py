"""One's own tokens. A secret is given once, with the answer that makes it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from ninja import Query

from projects.rest import Page, Paging, Refused, Request, Room
from projects.schemas.membership import NewTokenOut, TokenIn, TokenOut
from projects.services import tokens

room = Room("tokens")


@room.get("/tokens", Page[TokenOut], scope="manage")
def list_tokens(request: Request, page: Query[Paging]) -> Any:
    """List your tokens, without their secrets."""
    return page.of(request, tokens.of_user(request.user), by=("-created_at", "-id"))


# Not keyed: an answer that is kept would keep the secret.
@room.post("/tokens", NewTokenOut, scope="manage", keyed=False, confirmed=True, refuses=(409,))
def create_token(request: Request, body: TokenIn) -> Any:
    """Make a token.

    A token makes none that may do more, or that works longer, than itself.
    """
    expires_at = timezone.now() + timedelta(days=body.days) if body.days else None
    by = request.caller.token
    if by is not None:
        if not set(body.scopes) <= set(by.scopes):
            raise Refused("scope_missing", "A token gives no scope that it does not have.")
        if by.expires_at is not None and (expires_at is None or expires_at > by.expires_at):
            expires_at = by.expires_at
    token, secret = tokens.create(user=request.user, name=body.name, scopes=body.scopes, expires_at=expires_at)
    return {"token": token, "secret": secret}


@room.delete("/tokens/{int:token}", scope="manage")
def revoke_token(request: Request, token: int) -> Any:
    """Take one of your tokens away. It stops working at once."""
    tokens.revoke(tokens.find(request.user, token), by=request.user)
