"""Who calls the API: a session with its CSRF token, or a token with its scopes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.http import HttpRequest
from ninja.utils import check_csrf

from projects import access
from projects.models import ApiToken, User
from projects.rest import bodies
from projects.rest.problems import Refused
from projects.services import tokens

READ, WRITE, MANAGE = "read", "write", "manage"
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Caller:
    """`token` is None for a session, which may do whatever its role may."""

    user: User
    token: ApiToken | None = None

    @property
    def key(self) -> str:
        """Under which requests are counted."""
        return f"token:{self.token.pk}" if self.token else f"user:{self.user.pk}"

    def may(self, scope: str) -> bool:
        return self.token is None or scope in self.token.scopes


class Request(HttpRequest):
    """What an operation is given: somebody is signed in."""

    caller: Caller
    links: dict[str, str]
    if TYPE_CHECKING:
        user: User  # never anonymous behind an operation that is not public


def identify(request: Any, *, most: int) -> Caller | None:
    """Whoever this is; None for nobody. A token that is not good is a refusal and not nobody.

    A session's token against forgery may stand in the body, so that is read first, and whole: a form that is read
    by its fields is read away.
    """
    given = request.headers.get("Authorization")
    if given is not None:
        return _of_token(given)
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    if request.method not in SAFE:
        bodies.take(request, most)
        if check_csrf(request) is not None:
            raise Refused("csrf_failed")
    return Caller(user)


def _of_token(given: str) -> Caller:
    scheme, _, secret = given.partition(" ")
    token = tokens.use(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise Refused(
            "unauthenticated",
            "This token does not exist, was revoked or has run out.",
            headers={"WWW-Authenticate": 'Bearer realm="djinn", error="invalid_token"'},
        )
    return Caller(token.user, token)


def still(request: Request) -> User | None:
    """The same question later, for what stays open: whether this token or session still is somebody's."""
    if request.caller.token is None:
        return access.user_of_session(request.session.session_key or "")
    token = access.token_of(request.headers.get("Authorization", "").partition(" ")[2].strip())
    return token.user if token is not None and READ in token.scopes else None


def check_scope(caller: Caller, scope: str) -> None:
    if not caller.may(scope):
        asked = f'Bearer realm="djinn", error="insufficient_scope", scope="{scope}"'
        raise Refused(
            "scope_missing", f"This takes a token with the scope {scope}.", headers={"WWW-Authenticate": asked}
        )


def check_confirmed(request: HttpRequest, caller: Caller) -> None:
    """A browser left open is not enough for some things. Making a token asked already, so a token is."""
    if caller.token is None and is_reauthentication_required(request, app=""):
        raise Refused("confirmation_missing")
