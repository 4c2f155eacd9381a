"""Refusals as programs read them: `application/problem+json` (RFC 9457), one shape for everything under /api/."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from django.core import exceptions
from django.http import Http404, HttpRequest, JsonResponse
from ninja import errors as ninja_errors

from projects import errors
from projects.rest import traces
from projects.rest.kinds import BY_STATUS, KINDS, Kind

MEDIA_TYPE = "application/problem+json"
PAGES = "/api/v2/problems"
RETRY_SECONDS = 2


class Fault(TypedDict, total=False):
    """One thing that is wrong: a JSON pointer into the body, or the name of a parameter."""

    pointer: str
    parameter: str
    code: str
    message: str


class Refused(Exception):
    """Raise it anywhere in an operation; `code` is one of `kinds.KINDS`."""

    def __init__(self, code: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        self.kind = KINDS[code]
        self.detail, self.headers, self.more = detail, dict(headers or {}), more
        super().__init__(detail or self.kind.title)


Reading = Callable[[Any], Refused]
_READINGS: dict[type[Exception], Reading] = {}


def register(error: type[Exception], code: str) -> None:
    """For the refusals of other apps: their sentence, with this code."""
    _READINGS[error] = lambda raised: Refused(code, str(raised))


def read(error: Exception) -> Refused | None:
    """What is to be told about this; None for what nobody foresaw."""
    if isinstance(error, Refused):
        return error
    return next((_READINGS[kind](error) for kind in type(error).__mro__ if kind in _READINGS), None)


def of_status(status: int, say: str = "") -> Refused:
    """For what was refused by something that knows only the status."""
    return Refused((BY_STATUS.get(status) or BY_STATUS[500]).code, say)


def answer(request: HttpRequest, refused: Refused) -> JsonResponse:
    kind = refused.kind
    problem = told(refused, path=request.path, request_id=traces.id_of(request))
    headers = {**_usual_headers(kind), **refused.headers}
    answered = JsonResponse(problem, status=kind.status, content_type=MEDIA_TYPE, headers=headers)
    answered.headers["Content-Length"] = str(len(answered.content))  # it may pass no middleware that adds one
    return answered


def told(refused: Refused, *, path: str, request_id: str) -> dict[str, Any]:
    kind = refused.kind
    return {
        "type": f"{PAGES}/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": refused.detail or kind.advice,
        "code": kind.code,
        "instance": path[:600],
        "request_id": request_id,
        **refused.more,
    }


def _usual_headers(kind: Kind) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="djinn"'
    if kind.status == 503 or kind.code == "under_way":
        headers["Retry-After"] = str(RETRY_SECONDS)
    return headers


def _invalid(error: ninja_errors.ValidationError) -> Refused:
    """A path that cannot be one of ours leads nowhere; anything else is told place by place."""
    if any(fault["loc"][0] == "path" for fault in error.errors):
        return Refused("not_found")
    faults = [_fault(one["loc"], one["type"], one["msg"]) for one in error.errors]
    return Refused("invalid", _sentence(faults), errors=faults)


def _fault(place: Sequence[Any], code: str, message: str) -> Fault:
    source, *rest = place
    told: Fault = {"code": code, "message": message.removeprefix("Value error, ")}
    if source in {"body", "form", "file"}:
        inner = rest[1:] if source == "body" else rest
        told["pointer"] = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in inner)
    else:
        told["parameter"] = str(rest[-1]) if rest else ""
    return told


def _unfit(error: errors.BadFields) -> Refused:
    faults = [_fault(["body", "", name], "value", said) for name, said in error.said.items()]
    return Refused("invalid", _sentence(faults), errors=faults)


def _sentence(faults: Sequence[Fault]) -> str:
    first = faults[0]
    place = first.get("parameter") or first.get("pointer") or "the body"
    more = f" There is more: {len(faults)} places in all." if len(faults) > 1 else ""
    return f"{place}: {first['message']}.{more}"


def _etag(sha256: str) -> str | None:
    return f'"{sha256}"' if sha256 else None


def _http_error(error: ninja_errors.HttpError) -> Refused:
    """While it reads a body, ninja hides what the parser said behind its own."""
    if isinstance(error.__cause__, Refused):
        return error.__cause__
    return Refused("malformed" if error.status_code == 400 else "refused", str(error))


def _unimportable(error: errors.BadArchive) -> Refused:
    faults = [{"code": "entry", "message": str(fault)} for fault in error.faults]
    return Refused("invalid", str(error), errors=faults)


_READINGS.update(
    {
        ninja_errors.ValidationError: _invalid,
        ninja_errors.HttpError: _http_error,
        Http404: lambda error: Refused("not_found"),
        exceptions.PermissionDenied: lambda error: Refused("forbidden", str(error)),
        exceptions.RequestDataTooBig: lambda error: Refused("too_large"),
        exceptions.BadRequest: lambda error: Refused("bad_request"),
        exceptions.SuspiciousOperation: lambda error: Refused("bad_request"),
        errors.Refusal: lambda error: Refused("refused", str(error)),
        errors.MissingFile: lambda error: Refused("not_found", str(error)),
        errors.Stale: lambda error: Refused("stale", str(error), path=error.path, current=_etag(error.current)),
        errors.TooOften: lambda error: Refused("too_many", str(error), headers={"Retry-After": "300"}),
        errors.BadFields: _unfit,
        errors.Taken: lambda error: Refused("stale", str(error), paths=list(error.paths)),
        errors.BadArchive: _unimportable,
        errors.Conflict: lambda error: Refused("conflict", str(error), paths=list(error.paths), kinds=error.kinds),
    }
)
register(errors.BadPath, "invalid")
register(errors.BadName, "invalid")
register(errors.BadQuery, "invalid")
register(errors.BadSecret, "invalid")
register(errors.BadUrl, "invalid")
register(errors.Missing, "not_found")
register(errors.BadEmail, "invalid")
register(errors.BadRole, "invalid")
register(errors.UnknownScope, "invalid")
register(errors.MissingPart, "not_found")
register(errors.Moved, "stale")
register(errors.Restaged, "stale")
register(errors.Protected, "wrong_state")
register(errors.NotAllowed, "forbidden")
register(errors.WrongCredentials, "wrong_credentials")
register(errors.SecondFactor, "second_factor")
register(errors.SignUpClosed, "sign_up_closed")
register(errors.TooLarge, "too_large")
register(errors.Closed, "wrong_state")
register(errors.Empty, "wrong_state")
register(errors.Busy, "busy")
register(errors.NoGit, "unavailable")
register(errors.GitFailed, "unavailable")
register(errors.Corrupt, "internal")
