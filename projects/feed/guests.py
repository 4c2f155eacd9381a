"""Who is at the other end of a socket, asked when it opens and again while it stays open."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.request import validate_host

from projects import access
from projects.enums import Ability
from projects.models import Project, User

NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
UNKNOWN = 4404


class Refused(Exception):
    """No entry; `code` is what the socket is closed with."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Guest:
    """Somebody who may see this project. `scopes` is what they may ask for: a session may everything."""

    user: User
    project: Project
    scopes: frozenset[str]


@dataclass(frozen=True)
class Letter:
    """What the handshake said: from which page, and with which session or secret."""

    host: str
    origin: str | None
    session_key: str | None
    secret: str | None


def read(scope: Mapping[str, Any]) -> Letter:
    headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return Letter(
        host=headers.get("host", ""),
        origin=headers.get("origin"),
        session_key=_session_key(headers.get("cookie", "")),
        secret=secret.strip() if scheme.lower() == "bearer" else None,
    )


def _session_key(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return morsel.value if morsel else None


def admit(letter: Letter, project_id: str) -> Guest:
    """The guest, or Refused. The same question later tells whether they may stay."""
    user, scopes = _identify(letter)
    try:
        return Guest(user, access.get_project_by_id(user, project_id, Ability.VIEW), scopes)
    except Http404:
        raise Refused(UNKNOWN) from None
    except PermissionDenied:
        raise Refused(NOT_ALLOWED) from None


def _identify(letter: Letter) -> tuple[User, frozenset[str]]:
    if letter.secret is not None:
        token = access.token_of(letter.secret)
        if token is None:
            raise Refused(NOT_SIGNED_IN)
        if "read" not in token.scopes:
            raise Refused(NOT_ALLOWED)
        return token.user, frozenset(token.scopes)
    # A cookie also arrives from pages that are not ours: previews share our site.
    if not is_ours(letter):
        raise Refused(NOT_ALLOWED)
    user = access.user_of_session(letter.session_key) if letter.session_key else None
    if user is None:
        raise Refused(NOT_SIGNED_IN)
    return user, frozenset({"read", "write"})


def is_ours(letter: Letter) -> bool:
    """Whether the page that opened the socket is the dashboard itself."""
    if letter.origin is None:
        return False
    if letter.origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    origin = urlsplit(letter.origin)
    host = letter.host.rpartition(":")[0] if _has_port(letter.host) else letter.host
    return (
        origin.scheme in {"http", "https"}
        and origin.netloc.lower() == letter.host.lower()
        and validate_host(host, settings.ALLOWED_HOSTS)
    )


def _has_port(host: str) -> bool:
    return ":" in host and not host.endswith("]")
