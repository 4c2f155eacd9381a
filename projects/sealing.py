"""Text as it lies in the database when nobody who reads the database may read it. Knows no database.

A sealed text is `<form>.<mark of the key>.<nonce and ciphertext>`. The mark tells a wrong key from damage. What it is
about is bound to it: a text moved into another row, or under another name, does not open there.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from projects import errors

FORM = "s1"
NONCE = 12


def seal(text: str, *, about: str) -> str:
    """By the newest key; the same text sealed twice looks different."""
    key: str = settings.ENCRYPTION_KEY
    nonce = os.urandom(NONCE)
    body = nonce + AESGCM(_derived(key, "text", 32)).encrypt(nonce, text.encode(), _bound(about))
    return prefix(key) + base64.urlsafe_b64encode(body).decode()


def open(sealed: str, *, about: str) -> str:  # noqa: A001 — it is what is done to something sealed
    """By whichever key sealed it. The refusals say what to do, and nothing of what is inside."""
    wanted = mark_of(sealed)
    key = next((key for key in every_key() if mark(key) == wanted), None)
    if key is None:
        raise errors.MissingKey(wanted)
    try:
        body = base64.b64decode(sealed.rpartition(".")[2], altchars=b"-_", validate=True)
        return AESGCM(_derived(key, "text", 32)).decrypt(body[:NONCE], body[NONCE:], _bound(about)).decode()
    except (ValueError, InvalidTag) as failure:
        raise errors.Damaged("What was sealed here is damaged, or was sealed for another place.") from failure


def prefix(key: str) -> str:
    """How everything begins that this key has sealed."""
    return f"{FORM}.{mark(key)}."


def every_key() -> list[str]:
    """The newest first; former ones open what was not sealed anew yet."""
    return [settings.ENCRYPTION_KEY, *settings.FORMER_ENCRYPTION_KEYS]


def mark(key: str) -> str:
    """Names a key and tells nothing of it."""
    return _derived(key, "mark", 6).hex()


def mark_of(sealed: str) -> str:
    form, _, rest = sealed.partition(".")
    found, dot, _ = rest.partition(".")
    if form != FORM or not dot:
        raise errors.Damaged("This is not something that was sealed.")
    return found


def _derived(key: str, use: str, length: int) -> bytes:
    """Keys are long and random: taking them apart by use is all that they need."""
    return HKDF(SHA256(), length, salt=None, info=f"djinn {FORM} {use}".encode()).derive(key.encode())


def _bound(about: str) -> bytes:
    return f"{FORM} {about}".encode()
