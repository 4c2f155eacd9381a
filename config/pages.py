"""Django's own handler, with pages of ours where it would answer before there is a request."""

import codecs
from typing import IO, Any

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse
from django.utils.http import parse_header_parameters

from config import csp, refusals


class Pages(ASGIHandler):
    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        """Text in a charset that is none would fail while the request is made; forms are UTF-8 anyway."""
        if not _is_utf8(scope["headers"]):
            return None, _page(scope["path"], 400, refusals.NOT_UTF8)
        request, error = super().create_request(scope, body_file)
        return request, error and _page(scope["path"], error.status_code)


def _is_utf8(headers: list[tuple[bytes, bytes]]) -> bool:
    value = next((value for name, value in headers if name == b"content-type"), b"").decode("latin-1")
    charset = parse_header_parameters(value)[1].get("charset", "utf-8")
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _page(path: str, status: int, say: str = "") -> HttpResponse:
    """No middleware will see it."""
    words = refusals.WORDS[status]._replace(say=say) if say else None
    page = HttpResponse(refusals.page(status, words), status=status)
    if path.startswith(refusals.API):
        page = HttpResponse(refusals.problem(status, path, say), status=status, content_type=refusals.PROBLEM)
    page.headers["Content-Length"] = str(len(page.content))
    page.headers["Content-Security-Policy"] = csp.policy()
    page.headers["X-Content-Type-Options"] = "nosniff"
    return page
