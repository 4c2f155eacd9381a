"""Whole answers of the server itself, for requests that never reach a view."""

from http import HTTPStatus

from django.apps import apps

from config import refusals

# A page of refusal shows itself and does nothing; the site's own policy is Django's to add.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"


def whole(status: int, path: bytes = b"") -> bytes:
    """Headers and page; the connection ends with it."""
    told, body = parts(status, path)
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in told.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def parts(status: int, path: bytes) -> tuple[dict[str, str], bytes]:
    """The headers and the page; under /api/ a program reads it."""
    if apps.ready and path.startswith(refusals.API.encode()):
        where = path.partition(b"?")[0].decode("latin-1")
        return {**headers(), "Content-Type": refusals.PROBLEM}, refusals.problem(status, where)
    return headers(), page(status)


def headers() -> dict[str, str]:
    return {
        "Content-Type": f"text/{'html' if apps.ready else 'plain'}; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def page(status: int) -> bytes:
    """A line where there are no templates: under a server that runs something else than our site."""
    words = refusals.WORDS[status]
    return (refusals.page(status) if apps.ready else f"{words.heading}. {words.say}\n").encode()
