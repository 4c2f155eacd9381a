"""What people get instead of what they asked for: a page in our look, a line for htmx, a problem for programs."""

import json
import sys
import uuid
from collections.abc import Callable
from typing import NamedTuple

from django.core import exceptions
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader

from config import faults
from projects import errors

Next = Callable[[HttpRequest], HttpResponseBase]

PROBLEM = "application/problem+json"
API = "/api/"


class Words(NamedTuple):
    heading: str
    say: str


WORDS: dict[int, Words] = {
    400: Words(
        "That did not make sense",
        "Your browser sent something that cannot be understood. Going back and trying again usually helps.",
    ),
    403: Words(
        "You may not do that",
        "You can see this, but changing it is for others. Ask the owner of the project if it should be yours, too.",
    ),
    404: Words(
        "There is nothing here",
        "Perhaps the address has a slip in it, perhaps what was here is gone, or it belongs to somebody else.",
    ),
    405: Words(
        "It does not work this way",
        "There is something at this address, but not for what your browser asked of it. Begin at the start.",
    ),
    408: Words("That took too long", "Your request did not arrive whole in time. Check the connection and try again."),
    413: Words("That is too large", "This site does not take so much at once. Send less, or in several parts."),
    414: Words("This address is too long", "No address of this site is that long. Begin at the start."),
    429: Words(
        "That was too often", "You have asked for this many times in a short while. Try again in a few minutes."
    ),
    431: Words(
        "Your browser sent too much about itself",
        "Often these are old cookies: delete those of this site, then load the page again.",
    ),
    500: Words(
        "Something broke",
        "It was not you. What happened is in the log of the server, "
        "and whatever was being made goes on from its last recorded step.",
    ),
    503: Words("Not right now", "A part of this server is not there at the moment. Try again in a moment."),
    507: Words("There is no room left", "The disk of this server is full."),
}
OLD_FORM = Words(
    "This form is too old",
    "It was opened before you signed in or out, or it did not come from this site. "
    "Go back, load the page again, and send it once more.",
)
OTHER_HOST = "This site is not reached under that name. If it should be, its operator adds it to DJINN_ALLOWED_HOSTS."
TOO_MANY_FIELDS = "This form has more fields than any form of this site."
NOT_UTF8 = "This site understands text in UTF-8 alone, and this was sent as something else."
NO_NULLS = "There is a null character in this request, and nothing here takes one."


def answer(request: HttpRequest, status: int, words: Words | None = None) -> HttpResponse:
    """In the form that whoever asks can read."""
    heading, say = words or WORDS[status]
    if request.path.startswith(API):
        return _problem(request, status, words.say if words else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(say, status=status, content_type="text/plain; charset=utf-8")
    if request.get_preferred_type(["text/html", PROBLEM, "application/json"]) not in {"text/html", None}:
        problem = {"type": "about:blank", "title": heading, "status": status, "detail": say}
        return JsonResponse(problem, status=status, content_type=PROBLEM)
    return HttpResponse(page(status, words), status=status)


def _problem(request: HttpRequest, status: int, say: str) -> HttpResponse:
    from projects.rest import problems  # late: a server refuses with our words before there are models

    return problems.answer(request, problems.of_status(status, say))


def problem(status: int, path: str, say: str = "") -> bytes:
    """For what is refused before there is a request."""
    from projects.rest import problems  # late, as above

    told = problems.told(problems.of_status(status, say), path=path, request_id=uuid.uuid4().hex)
    return json.dumps(told).encode()


def page(status: int, words: Words | None = None) -> str:
    """It stands alone: it asks neither the session nor the database."""
    heading, say = words or WORDS[status]
    return loader.render_to_string("error.html", {"number": status, "heading": heading, "say": say})


# --- what Django calls when something was raised -----------------------------------------------
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    match exception:
        case exceptions.RequestDataTooBig():
            return answer(request, 413)
        case exceptions.DisallowedHost():
            return answer(request, 400, WORDS[400]._replace(say=OTHER_HOST))
        case exceptions.TooManyFieldsSent() | exceptions.TooManyFilesSent():
            return answer(request, 400, WORDS[400]._replace(say=TOO_MANY_FIELDS))
    return answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403)


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, OLD_FORM)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404)


def too_often(request: HttpRequest) -> HttpResponse:
    return answer(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Ours, unless the machine is to blame: then what to do about it is said."""
    fault = faults.of(error) if (error := sys.exc_info()[1]) else None
    if fault is None:
        return answer(request, 500)
    refusal = answer(request, fault.status, WORDS[fault.status]._replace(say=str(fault)))
    refusal.headers["Retry-After"] = "10"
    return refusal


class Refusals:
    """Gives a face to answers that come without one, and refuses what no database takes."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _with_a_face(request, _refuse_nulls(request) or self.get_response(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What somebody may no longer do is found out late, by a service that waited for its turn.

        In Django's admin an address may hold numbers, ids and searches that no column and no database takes.
        """
        if isinstance(exception, errors.NotAllowed):
            return answer(request, 403, WORDS[403]._replace(say=str(exception)))
        match = request.resolver_match
        is_admin = match is not None and match.app_name == "admin"
        is_odd = isinstance(exception, DataError | OperationalError | OverflowError | exceptions.ValidationError)
        return answer(request, 400) if is_admin and is_odd and faults.of(exception) is None else None


def _refuse_nulls(request: HttpRequest) -> HttpResponse | None:
    """PostgreSQL takes no null character in a text, and no honest browser sends one in an address."""
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or any("\0" in value for value in (query, *request.COOKIES.values())):
        return answer(request, 400, WORDS[400]._replace(say=NO_NULLS))
    # Nothing is called so. Pages look a name up by its form first; the path of a file is refused in words of its own.
    path = request.path_info
    is_nothing = "\0" in path and path.startswith(API) and "/files/" not in path
    return answer(request, 404) if is_nothing else None


def _with_a_face(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not isinstance(response, HttpResponse) or response.content or request.method == "HEAD":
        return response
    if response.status_code not in WORDS:
        return response
    face = answer(request, response.status_code)
    response.content = face.content
    response.headers["Content-Type"] = face.headers["Content-Type"]
    response.headers["Content-Length"] = str(len(face.content))
    return response
