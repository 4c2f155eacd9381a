"""Signing up, in and out with a session, for clients that are browsers; programs use a token."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token

from projects import errors
from projects.models import User
from projects.rest import Request, Room
from projects.schemas.people import Code, Confirmation, EnteredOut, MePatch, SignIn, SignUp, UserOut
from projects.services import accounts, entering

room = Room("auth")


@room.post("/auth/sign-up", EnteredOut, scope=None, refuses=(401,))
def sign_up(request: HttpRequest, body: SignUp) -> Any:
    """Make an account and sign in, where sign-up is open."""
    return _entered(request, entering.sign_up(request, email=body.email, password=body.password))


@room.post("/auth/sign-in", EnteredOut, scope=None, status=200, refuses=(401,))
def sign_in(request: HttpRequest, body: SignIn) -> Any:
    """Sign in with e-mail and password.

    An account with a second factor gets 401 with the code `second_factor`, and the session that goes on with it.
    """
    return _entered(request, entering.sign_in(request, email=body.email, password=body.password))


@room.post("/auth/second-factor", EnteredOut, scope=None, status=200, refuses=(401, 409))
def confirm_sign_in(request: HttpRequest, body: Code) -> Any:
    """Finish signing in with a code of the second factor."""
    return _entered(request, entering.confirm(request, code=body.code))


# Not keyed: an answer that is kept would confirm nobody.
@room.post("/auth/confirm", status=204, keyed=False, refuses=(401, 409))
def confirm_again(request: Request, body: Confirmation) -> None:
    """Give your password or a code of the second factor again.

    Some operations ask it of a session with 403 and the code `confirmation_missing`; after this it may do them for a
    while. A token needs no confirmation and confirms nothing.
    """
    if request.caller.token is not None:
        raise errors.Closed("A token needs no confirmation; this is for sessions.")
    entering.confirm_again(request, request.user, password=body.password, code=body.code)


@room.post("/auth/sign-out", status=204, keyed=False)
def sign_out(request: Request) -> None:
    """End the session. With a token there is none to end."""
    if request.caller.token is None:
        entering.sign_out(request)


@room.get("/me", UserOut)
def read_me(request: Request) -> Any:
    """Read who you are."""
    return request.user


@room.patch("/me", UserOut, scope="manage")
def change_me(request: Request, body: MePatch) -> Any:
    """Change your name."""
    if body.name is not None:
        accounts.rename(request.user, name=body.name)
    return request.user


def _entered(request: HttpRequest, user: User) -> dict[str, Any]:
    return {"user": user, "csrf_token": get_token(request)}
