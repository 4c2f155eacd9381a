"""The cookie of a preview: where in a browser it is kept, and how it is told from those of the app.

It belongs to one host and to the page that frames it, is read by no script, and an app neither sees nor sets it.
"""

from collections.abc import Iterable, Iterator

from django.conf import settings

HOST = "__Host-djinn_preview"
PLAIN = "djinn_preview"
_NAMES = frozenset({HOST.lower(), PLAIN})
# Browsers keep the first kind at localhost, too, though it is not HTTPS; the second is for what does not.
_HOST_SAYS = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
_PLAIN_SAYS = "Path=/; HttpOnly; SameSite=Lax"


def is_ours(name: str) -> bool:
    return name.lower() in _NAMES


def given(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """Each value that stands under our name: somebody else may have put another one before it."""
    names = {HOST} if settings.IS_HTTPS else {HOST, PLAIN}
    for name, value in headers:
        if name.lower() == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                key, _, text = pair.strip().partition("=")
                if key in names:
                    yield text


def made(value: str, *, seconds: int) -> list[tuple[bytes, bytes]]:
    kinds = [(HOST, _HOST_SAYS)] if settings.IS_HTTPS else [(HOST, _HOST_SAYS), (PLAIN, _PLAIN_SAYS)]
    return [(b"set-cookie", f"{name}={value}; Max-Age={seconds}; {says}".encode()) for name, says in kinds]
