"""How it travels that somebody may look at a preview: a pass, which works once and for a minute, and the cookie it is
swapped for.

Both are signed for one preview and say on whose word somebody looks. Whether that word still counts is asked of the
database with each visit (`sandboxes.preview.rights`).
"""

import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.core.cache import cache

PASS_SECONDS = 60
COOKIE_SECONDS = 8 * 3600
_GUEST = re.compile(r"u(\d{1,18})(?:\.s(\d{1,18}))?(?:\.t(\d{1,18}))?|l([0-9a-f]{32})")
_ONCE = "~"


@dataclass(frozen=True)
class Guest:
    """On whose word somebody looks: a person's, signed in with a session or a token of theirs, or a link's."""

    user: int | None = None
    session: int | None = None
    token: int | None = None
    link: UUID | None = None

    def __str__(self) -> str:
        if self.link is not None:
            return f"l{self.link.hex}"
        kinds = (("u", self.user), ("s", self.session), ("t", self.token))
        return ".".join(f"{kind}{number}" for kind, number in kinds if number is not None)


ANYBODY = Guest()
"""Where previews are open."""


def make_pass(label: str, guest: Guest) -> str:
    return _signer("pass", label).sign(f"{guest}{_ONCE}{secrets.token_urlsafe(12)}")


def redeem(label: str, text: str) -> Guest | None:
    """Whom it lets in; the second time nobody. Several processes know of each other by the cache."""
    said = _read("pass", label, text, seconds=PASS_SECONDS)
    guest, _, once = said.partition(_ONCE)
    if not once or not cache.add(f"preview-pass:{once}", True, 2 * PASS_SECONDS):
        return None
    return _guest(guest)


def make_cookie(label: str, guest: Guest) -> str:
    return _signer("cookie", label).sign(str(guest))


def of_cookie(label: str, text: str) -> Guest | None:
    return _guest(_read("cookie", label, text, seconds=COOKIE_SECONDS))


def _read(use: str, label: str, text: str, *, seconds: int) -> str:
    try:
        return _signer(use, label).unsign(text, max_age=seconds)
    except (signing.BadSignature, ValueError):
        return ""


def _signer(use: str, label: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"djinn preview {use} {label}")


def _guest(said: str) -> Guest | None:
    found = _GUEST.fullmatch(said)
    if found is None:
        return None
    if found[4]:
        return Guest(link=UUID(found[4]))
    user, session, token = (int(number) if number else None for number in found.groups()[:3])
    return Guest(user=user, session=session, token=token)
