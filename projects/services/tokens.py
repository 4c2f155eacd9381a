"""Keys with which people's programs sign in. The secret is shown once; only its digest is kept."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from projects import access, errors
from projects.models import ApiToken, User

# The last is for members, secrets, tokens, remotes, and for what cannot be undone.
SCOPES = ("read", "write", "manage")
# A busy program must not turn every request into a write.
USED_EVERY = timedelta(minutes=1)


def create(*, user: User, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """The token and its secret, which cannot be read again."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        wrong = ", ".join(unknown) or "nothing"
        raise errors.UnknownScope(f"A token may {' or '.join(SCOPES)}; it was asked for {wrong}.")
    if not name.strip():
        raise errors.BadName("A token needs a name.")
    prefix = secrets.token_hex(5)
    secret = f"djinn_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80],
        prefix=prefix,
        digest=access.digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
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
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke(token: ApiToken, *, by: User) -> None:
    token.delete()
