"""What OpenAPI says about an operation beyond its types: who may call it, its headers, and all its refusals."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from projects.rest.kinds import BY_STATUS, KINDS
from projects.rest.problems import MEDIA_TYPE

Json = dict[str, Any]


class _Rules(Protocol):
    @property
    def method(self) -> str: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def is_keyed(self) -> bool: ...
    @property
    def is_confirmed(self) -> bool: ...


def of_operation(
    view: Callable[..., Any], path: str, rules: _Rules, refuses: Sequence[int], extra: Json
) -> dict[str, Any]:
    """The words ninja takes for it. The first line of the docstring is the title; what follows explains."""
    first, _, rest = (inspect.getdoc(view) or "").partition("\n")
    if not first:
        raise ValueError(f"The operation {view.__name__} says nothing about itself.")
    says: Json = dict(extra)
    statuses = sorted({*_usual(path, rules), *refuses})
    says["responses"] = {status: _reference(status) for status in statuses} | extra.get("responses", {})
    if rules.scope is not None:
        says["security"] = [{"token": [rules.scope]}, {"session": []}]
    if rules.is_keyed:
        says["parameters"] = [*extra.get("parameters", []), KEY]
    return {
        "operation_id": view.__name__,
        "summary": first.rstrip("."),
        "description": "\n\n".join(filter(None, (rest.strip(), CONFIRMED if rules.is_confirmed else ""))) or None,
        "openapi_extra": says,
    }


def _usual(path: str, rules: _Rules) -> Iterator[int]:
    yield from (400, 422, 429, 503)
    if rules.scope is not None:
        yield from (401, 403)
    if "{" in path:
        yield 404
    if rules.method != "GET":
        yield from (403, 413, 415)
    if rules.is_keyed:
        yield 409


def _reference(status: int) -> Json:
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: int) -> str:
    return f"Refused{status}"


CONFIRMED = (
    "With a session, the password or a factor has to have been given again shortly before, "
    "as at `/api/v2/auth/confirm`; "
    "otherwise it is refused as `confirmation_missing`."
)
KEY: Json = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Any word of your choice. The same key with the same body does the thing once (for 24 hours).",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}

_WORD: Json = {"type": "string"}
PROBLEM: Json = {
    "title": "Problem",
    "description": "Why something was refused (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "The address of a page about this kind of refusal."},
        "title": _WORD,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "instance": _WORD,
        "request_id": _WORD,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "paths": {"type": "array", "items": _WORD, "description": "The files that both sides changed."},
        "path": {"type": "string", "description": "The file that has changed meanwhile."},
        "current": {"type": ["string", "null"], "description": "Its ETag now; null when it is gone."},
    },
}
FAULT: Json = {
    "title": "Fault",
    "description": "One thing that is wrong with a request.",
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "Where in the body: a JSON pointer (RFC 6901)."},
        "parameter": {"type": "string", "description": "Which parameter or header."},
        "code": _WORD,
        "message": _WORD,
    },
}
SECURITY: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token, with the scopes it was made with: read, write, manage.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "djinn_session",
        "description": "A session of a browser; what changes something also needs the CSRF token in `X-CSRFToken`.",
    },
}


def responses() -> Json:
    """One of each status, for operations to point to."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        _name(status): {"description": f"{kind.title}. {kind.advice}", "content": content, **_headers(status)}
        for status, kind in sorted(BY_STATUS.items())
    }


def _headers(status: int) -> Json:
    if status in {429, 503}:
        retry = {"description": "So many seconds are enough.", "schema": {"type": "integer"}}
        return {"headers": {"Retry-After": retry}}
    if status == 401:
        return {"headers": {"WWW-Authenticate": {"description": "How to sign in.", "schema": _WORD}}}
    return {}
