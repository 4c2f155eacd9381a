"""The body of a request, read once and never more of it than its operation takes."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from projects import storable
from projects.rest.problems import Refused


def take(request: HttpRequest, most: int) -> bytes:
    """All of it, or a refusal before it is in memory."""
    if not hasattr(request, "_body"):
        announced = request.META.get("CONTENT_LENGTH") or ""
        if announced.isdigit() and int(announced) > most:
            raise _too_large(most)
        body = request.read(most + 1)
        if len(body) > most:
            raise _too_large(most)
        request._body = body
    return bytes(request._body)


def _too_large(most: int) -> Refused:
    size = f"{most // 1024**2} MiB" if most >= 1024**2 else f"{most // 1024} KiB"
    return Refused("too_large", f"The body of this request may hold {size}.")


class Json(Parser):
    """JSON as RFC 8259 has it: no NaN, and no text that no database can hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Refused("wrong_media_type")
        try:
            found = json.loads(request.body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Refused("malformed", "The body is no JSON.") from None
        if b"\\u" in request.body.lower():
            _check(found)
        return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _check(value: Any, place: str = "", depth: int = 0) -> None:
    """Escapes can say what cannot be kept: a null, and half a letter."""
    if isinstance(value, str) and storable.text(value) != value:
        fault = {"pointer": place, "code": "character", "message": "holds a character that cannot be kept"}
        raise Refused("invalid", f"{place}: holds a character that cannot be kept.", errors=[fault])
    if isinstance(value, list):
        for number, each in enumerate(value):
            _check(each, f"{place}/{number}", depth + 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            _check(name, place, depth + 1)
            _check(each, f"{place}/{name.replace('~', '~0').replace('/', '~1')}", depth + 1)
