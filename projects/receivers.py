"""What happens to people and to their memberships, by whichever door, reaches the sockets they hold open."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from projects.feed import bells
from projects.models import Member, User
from projects.services import sockets

# Of a person: what decides whether their sessions and tokens still open anything.
DECIDES = {"is_active", "password"}


def on_member_changed(*, instance: Member, **_: Any) -> None:
    transaction.on_commit(partial(bells.ring_members, instance.project_id))


def on_user_saved(*, instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    """Locked out, or with another password, which ends every session of before."""
    if not created and (update_fields is None or not DECIDES.isdisjoint(update_fields)):
        sockets.ask_again(instance.pk)


def on_session_deleted(*, instance: Session, **_: Any) -> None:
    """Signed out here, or there from elsewhere. What had run out opened nothing any more."""
    if instance.expire_date < timezone.now():
        return
    user_id = instance.get_decoded().get(SESSION_KEY)
    if user_id is not None:
        sockets.ask_again(int(user_id))
