"""Accounts that are deleted: what goes with them, and what has to be settled before."""

from django.db import transaction

from projects import errors
from projects.models import Project, User
from projects.services import accounts, audit, members

MOST_NAMED = 3


def delete(user: User, *, by: User) -> None:
    """With their memberships, tokens and sessions. What they wrote stays, and is nobody's."""
    if user == by:
        raise errors.Closed("Nobody deletes themselves.")
    with transaction.atomic():
        members.take_out(user, by=by)
        fresh = User.objects.select_for_update().filter(pk=user.pk).first()
        if fresh is None:
            raise errors.Missing("This account was deleted meanwhile.")
        if fresh.is_superuser and not by.is_superuser:
            raise errors.NotAllowed("Only a superuser deletes a superuser.")
        _check_owns_nothing(fresh)
        audit.write("user_deleted", by=by, target=fresh)
        fresh.delete()


def _check_owns_nothing(user: User) -> None:
    names = list(Project.objects.filter(owner=user).order_by("name").values_list("name", flat=True)[: MOST_NAMED + 1])
    if names:
        more = " and more" if len(names) > MOST_NAMED else ""
        raise errors.Closed(
            f"{accounts.shown(user)} owns {', '.join(names[:MOST_NAMED])}{more}, and no project is without its owner. "
            "Hand these to somebody else, or lock the account out."
        )
