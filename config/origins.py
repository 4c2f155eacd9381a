"""Says of every request from where it came, for the audit. What a token is found in is told by the API itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from projects import origins
from projects.rest import traces

Next = Callable[[HttpRequest], HttpResponseBase]

# The first part of an address, where it is not the site itself that acts.
DOORS = {"admin": "admin", "enter": "link", "join": "link"}


class Origins:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with origins.entered(_door(request), traces.address_of(request)):
            return self.get_response(request)


def _door(request: HttpRequest) -> str:
    return DOORS.get(request.path.strip("/").partition("/")[0], "session")
