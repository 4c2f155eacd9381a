"""Keys made once per installation and kept in DJINN_HOME/keys, readable by its owner alone."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

LEAST = 32


def require(**keys: str) -> None:
    """Several hosts share their keys; one that made its own could not read what another wrote."""
    for name, key in keys.items():
        if len(key) < LEAST:
            found = "too short" if key else "not set"
            raise ImproperlyConfigured(
                f"{name} is {found}; several hosts share one of at least {LEAST} characters. "
                "Make it once: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )


def mark(key: str) -> str:
    """A name that all hosts with this key know, no other installation has, and nobody reads the key from.

    Workers of two installations on one Redis would else take each other's messages, and drop them.
    """
    return "djinn-" + hmac.new(key.encode(), b"the name of an installation", hashlib.sha256).hexdigest()[:12]


def read_or_make(path: Path) -> str:
    """The key in this file; made now when there is none. Two processes may ask at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    try:
        key = path.read_text().strip()
    except (UnicodeDecodeError, IsADirectoryError):
        key = ""
    if len(key) < LEAST:
        raise ImproperlyConfigured(f"{path} holds no key. Put the key of your backup there; it is not made anew.")
    return key


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link fails when the name exists, so the first key always wins and is never seen half written.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
