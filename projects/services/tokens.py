"""Keys with which people's programs sign in. The secret is shown once; only its digest is kept."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from projects import access, errors, storable
from projects.models import ApiToken, User
from projects.services import accounts, audit, sockets

# The last is for members, secrets, tokens, remotes, and for what cannot be undone.
SCOPES = ("read", "write", "manage")
USUAL = ("read", "write")
# A busy program must not turn every request into a write.
MOST = 50
MOST_NAME = 80
USED_EVERY = timedelta(minutes=1)
_NOTE_MS = 100


def create(*, user: User, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """The token and its secret, which cannot be read again."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        wrong = ", ".join(unknown) or "nothing"
        raise errors.UnknownScope(f"A token may {' or '.join(SCOPES)}; it was asked for {wrong}.")
    name = storable.name(name)[:MOST_NAME]
    if not name:
        raise errors.BadName("A token needs a name.")
    prefix = secrets.token_hex(5)
    secret = f"djinn_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        # Its owner's row first, so that many made at once are counted one by one.
        User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        if of_user(user).count() >= MOST:
            raise errors.Closed(f"Somebody has at most {MOST} tokens; take one away first.")
        token = ApiToken.objects.create(
            user=user,
            name=name,
            prefix=prefix,
            digest=access.digest_of(secret),
            scopes=sorted(set(scopes)),
            expires_at=expires_at,
        )
        audit.write("token_made", by=user, target=token, detail={"scopes": token.scopes})
    return token, secret


def authenticate(secret: str) -> User | None:
    """Whose secret this is, and a note that it was used."""
    token = use(secret)
    return token.user if token else None


def use(secret: str) -> ApiToken | None:
    """The live token with this secret, and a note that it was used."""
    token = access.token_of(secret)
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        _note_use(token, now)
    return token


def _note_use(token: ApiToken, now: datetime) -> None:
    """Worth knowing, and not worth waiting for: whoever reads must not stand behind those who write."""
    with suppress(DatabaseError), _impatient():
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


@contextmanager
def _impatient() -> Iterator[None]:
    """Files have one writer at a time; a server has whoever holds this very row, such as who revokes it."""
    if connection.in_atomic_block:
        yield
        return
    shortly, as_usual = _patience()
    with connection.cursor() as cursor:
        cursor.execute(shortly)
        try:
            yield
        finally:
            cursor.execute(as_usual)


def _patience() -> tuple[str, str]:
    if connection.vendor != "sqlite":
        return f"SET lock_timeout = '{_NOTE_MS}ms'", "RESET lock_timeout"
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    return f"PRAGMA busy_timeout = {_NOTE_MS}", f"PRAGMA busy_timeout = {usual}"


def revoke(token: ApiToken, *, by: User) -> None:
    accounts.check_not_above(token.user, by)
    with transaction.atomic():
        audit.write("token_revoked", by=by, target=token, detail={"scopes": token.scopes})
        token.delete()
        sockets.ask_again(token.user_id)


def of_user(user: User) -> QuerySet[ApiToken]:
    """The newest first."""
    return ApiToken.objects.filter(user=user).order_by("-created_at", "-pk")


def find(user: User, token_id: int) -> ApiToken:
    """One of one's own; of others nobody hears."""
    token = of_user(user).filter(pk=token_id).first()
    if token is None:
        raise errors.Missing("You have no such token.")
    return token
