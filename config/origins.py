"""Says of every request from where it came, for the audit. What a token is found in is told by the API itself."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from projects import origins
from projects.rest import traces

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

# The first part of an address, where it is not the site itself that acts.
DOORS = {"admin": "admin", "enter": "link", "join": "link"}


class Origins:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._later(request)
        with origins.entered(_door(request), traces.address_of(request)):
            answered = self.get_response(request)
            assert isinstance(answered, HttpResponseBase)  # noqa: S101 - what is not asynchronous answers at once
            return answered

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        with origins.entered(_door(request), traces.address_of(request)):
            answered = self.get_response(request)
            return answered if isinstance(answered, HttpResponseBase) else await answered


def _door(request: HttpRequest) -> str:
    return DOORS.get(request.path.strip("/").partition("/")[0], "session")
