"""The accounts of this installation, for its staff."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from ninja import Query

from projects.models import User
from projects.rest import In, Page, Paging, Request, Room, Text
from projects.schemas.people import UserOut, UserPatch
from projects.services import accounts

room = Room("users")


class Search(In):
    text: str | None = Text(None, most=100, description="Part of a name or of an e-mail address.")


@room.get("/users", Page[UserOut], scope="manage")
def list_users(request: Request, page: Query[Paging], search: Query[Search]) -> Any:
    """List the accounts, the newest first. For staff."""
    _check_staff(request)
    rows = User.objects.all()
    if search.text:
        rows = rows.filter(Q(email__icontains=search.text) | Q(name__icontains=search.text))
    return page.of(request, rows, by=("-id",))


@room.get("/users/{int:user}", UserOut, scope="manage")
def read_user(request: Request, user: int) -> Any:
    """Read one account. For staff."""
    return _found(request, user)


@room.patch("/users/{int:user}", UserOut, scope="manage", refuses=(409,))
def change_user(request: Request, user: int, body: UserPatch) -> Any:
    """Lock an account out, or let it in again. For staff.

    Its sessions and tokens open nothing while it is locked out; its projects stay as they are.
    """
    found = _found(request, user)
    if body.active is not None:
        accounts.admit(found, active=body.active, by=request.user)
    return found


def _check_staff(request: Request) -> None:
    if not request.user.is_staff:
        raise PermissionDenied


def _found(request: Request, pk: int) -> User:
    _check_staff(request)
    found = User.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
