"""Where a request comes from and what it is called, from the first line of a log to the last line of an answer."""

import re
import uuid

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Request-ID"
_WORD = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_KEPT = "djinn_request_id"


def id_of(request: HttpRequest) -> str:
    """The caller's own id, if it is one that a log can hold; else a new one. The same for all of a request."""
    found: str | None = getattr(request, _KEPT, None)
    if found is None:
        given = request.headers.get(HEADER, "")
        found = given if _WORD.fullmatch(given) else uuid.uuid4().hex
        setattr(request, _KEPT, found)
    return found


def address_of(request: HttpRequest) -> str:
    """Of whoever asks; behind proxies, as the outermost that is ours saw it."""
    if settings.PROXIES:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(told) >= settings.PROXIES:
            return told[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR") or "")
