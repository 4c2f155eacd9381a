"""The Content-Security-Policy of every page of ours: no inline script or style, frames only for previews."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sandboxes.models import addresses

Next = Callable[[HttpRequest], HttpResponseBase]


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

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.header = policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.header)
        return response
