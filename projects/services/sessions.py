"""Where somebody is signed in, and ending that from elsewhere."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from projects import errors
from projects.models import User
from projects.services import accounts, audit


def of_user(user: User) -> list[UserSession]:
    """Those that still work, the newest first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.created_at, reverse=True)


def end(user: User, session_id: int, *, by: User) -> None:
    accounts.check_not_above(user, by)
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise errors.Missing("You are not signed in there any more.")
    _end([session], user, by=by)


def end_others(user: User, current_key: str, *, by: User) -> int:
    others = list(UserSession.objects.filter(user=user).exclude(session_key=current_key))
    _end(others, user, by=by)
    return len(others)


def _end(ended: list[UserSession], user: User, *, by: User) -> None:
    """Sockets that were opened there close at once: whoever ends a session is heard (`projects.receivers`)."""
    if not ended:
        return
    with transaction.atomic():
        for session in ended:
            session.end()
        audit.write("sessions_ended", by=by, target=user, detail={"count": len(ended)})
