"""Accounts as the API takes and gives them."""

from datetime import datetime

from projects.models import User
from projects.rest import In, Out, Text

MOST_PASSWORD = 256


class SignIn(In):
    email: str = Text(least=3, most=254)
    password: str = Text(least=1, most=MOST_PASSWORD)


class SignUp(SignIn):
    """The password has to withstand guessing."""


class Code(In):
    code: str = Text(least=1, most=64)


class Confirmation(In):
    """One of both."""

    password: str | None = Text(None, least=1, most=MOST_PASSWORD)
    code: str | None = Text(None, least=1, most=64)


class MePatch(In):
    """What is left out stays."""

    name: str | None = Text(None, least=1, most=80)


class UserOut(Out):
    id: int
    email: str
    name: str
    handle: str
    is_staff: bool
    is_active: bool
    joined_at: datetime
    last_seen_at: datetime | None

    @staticmethod
    def resolve_handle(user: User) -> str:
        return user.handle or ""

    @staticmethod
    def resolve_joined_at(user: User) -> datetime:
        return user.date_joined

    @staticmethod
    def resolve_last_seen_at(user: User) -> datetime | None:
        return user.last_login


class UserPatch(In):
    """What is left out stays."""

    active: bool | None = None


class EnteredOut(Out):
    """The session is in the cookie; what changes something also sends `csrf_token` in `X-CSRFToken`."""

    user: UserOut
    csrf_token: str
