"""Middleware around everything: a request keeps its id, and whatever fails under /api/ is told as a problem."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from projects.rest import problems, traces
from projects.rest.kinds import BY_STATUS

Next = Callable[[HttpRequest], HttpResponseBase]
ROOT = "/api/"


class Entrance:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.bind_contextvars(request_id=traces.id_of(request))
        return _marked(request, self.get_response(request))


def _marked(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    if request.path.startswith(ROOT):
        answer = _as_problem(request, answer)
    answer.headers[traces.HEADER] = traces.id_of(request)
    return answer


def _as_problem(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """What Django and its middleware refuse before an operation is found."""
    kind = BY_STATUS.get(answer.status_code)
    if kind is None or not isinstance(answer, HttpResponse) or answer.headers["Content-Type"] == problems.MEDIA_TYPE:
        return answer
    told = problems.answer(request, problems.Refused(kind.code))
    for name, value in answer.headers.items():  # the policy, how long to wait, what is allowed
        if name not in {"Content-Type", "Content-Length"}:
            told.headers[name] = value
    if "Allow" in answer.headers:
        told.headers["Allow"] = ", ".join(sorted(answer.headers["Allow"].split(", ")))
    return told
