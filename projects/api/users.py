"""The accounts of this installation, for whoever of its staff may see them in the admin, too."""

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

CHANGE = "projects.change_user"
VIEW = ("projects.view_user", CHANGE)


class Search(In):
    text: str | None = Text(None, most=100, description="Part of a name or of an e-mail address.")


@room.get("/users", Page[UserOut], scope="manage")
def list_users(request: Request, page: Query[Paging], search: Query[Search]) -> Any:
    """List the accounts, the newest first. For staff with the right to view users."""
    _check_may(request, *VIEW)
    rows = User.objects.all()
    if search.text:
        rows = rows.filter(Q(email__icontains=search.text) | Q(name__icontains=search.text))
    return page.of(request, rows, by=("-id",))


@room.get("/users/{int:user}", UserOut, scope="manage")
def read_user(request: Request, user: int) -> Any:
    """Read one account. For staff with the right to view users."""
    _check_may(request, *VIEW)
    return _found(user)


@room.patch("/users/{int:user}", UserOut, scope="manage", refuses=(409,))
def change_user(request: Request, user: int, body: UserPatch) -> Any:
    """Lock an account out, or let it in again. For staff with the right to change users.

    Its sessions and tokens open nothing while it is locked out; its projects stay as they are. Only a superuser does
    this to a superuser.
    """
    _check_may(request, CHANGE)
    found = _found(user)
    if body.active is not None:
        accounts.admit(found, active=body.active, by=request.user)
    return found


def _check_may(request: Request, *rights: str) -> None:
    if not request.user.is_staff or not any(request.user.has_perm(right) for right in rights):
        raise PermissionDenied


def _found(pk: int) -> User:
    found = User.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
