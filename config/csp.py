"""The Content-Security-Policy of every page of ours: no inline script or style, frames only for previews."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sandboxes.models import addresses

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


def policy() -> str:
    socket = "wss" if settings.IS_HTTPS else "ws"
    port = settings.SITE_URL.rpartition(":")[2]
    suffix = f":{port}" if port.isdigit() else ""
    previews = addresses.origin("*")
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "manifest-src 'self'",
            # 'self' does not cover WebSockets in every browser.
            f"connect-src 'self' {socket}://{settings.SITE_HOST}{suffix} {previews}",
            f"frame-src {previews}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ]
    )


class ContentSecurityPolicy:
    """Adds the policy to every answer that does not bring its own."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.header = policy()
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        answer = self.get_response(request)
        if isinstance(answer, HttpResponseBase):
            return self._guard(answer)
        return self._guard_later(answer)

    async def _guard_later(self, answer: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return self._guard(await answer)

    def _guard(self, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", self.header)
        return response
