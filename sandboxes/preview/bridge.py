"""Lets a page of an app tell what its console says: a tag goes into each document on its way to the visitor.

Nothing is written into the project, and what is no page for a person to look at stays as it is.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

from asgiref.typing import ASGISendCallable, ASGISendEvent, HTTPResponseStartEvent, HTTPScope
from django.conf import settings

from sandboxes.models import addresses
from sandboxes.preview import headers, policies
from sandboxes.preview.insertion import Insertion

PLACE = "/__djinn/"
"""Nothing of an app is reached from here on."""
REPORTS = f"{PLACE}console"
SCRIPT = re.compile(re.escape(PLACE) + r"bridge-[0-9a-f]{12}\.js")

_SHOWN_IN = frozenset({b"document", b"iframe", b"frame"})
_FETCHED = (b"hx-request", b"x-requested-with")
_PORT = re.compile(rb".*:(\d{1,5})", re.DOTALL)
_POLICIES = frozenset({b"content-security-policy", b"content-security-policy-report-only"})
# Of the bytes that the app sent, and of them alone.
_OF_BYTES = frozenset({
    *(b"etag", b"last-modified", b"accept-ranges"),
    *(b"content-md5", b"digest", b"content-digest", b"repr-digest"),
})  # fmt: skip
# A page that is changed on its way has to come whole, plain and now.
_UNASKED = frozenset({
    *(b"accept-encoding", b"if-none-match", b"if-modified-since", b"if-range", b"range"),
})  # fmt: skip
# Labels under which browsers know the one encoding whose letters have two bytes.
_WIDE = re.compile(rb"charset\s*=\s*\"?\s*(?:utf-16|utf-32|unicode|csunicode|ucs-2|iso-10646-ucs-2)", re.IGNORECASE)
_WITHOUT_PAGE = frozenset({204, 205, 206, 304})


@cache
def script() -> bytes:
    """One for all its parts, with nothing of theirs left in the page's own names."""
    folder = Path(settings.BASE_DIR) / "static" / "preview"
    parts = [(folder / f"{name}.js").read_bytes() for name in ("values", "maps", "batches", "watch")]
    return b"".join([b'(() => {\n"use strict";\n', *parts, b"})();\n"])


def is_ours(path: str) -> bool:
    return path.startswith(PLACE)


@cache
def script_path() -> str:
    """Another with every change, so that a browser may keep it for ever."""
    return f"{PLACE}bridge-{hashlib.sha256(script()).hexdigest()[:12]}.js"


def is_document(scope: HTTPScope) -> bool:
    """Whether the answer is shown as a page. What scripts fetch, a piece of one among it, is theirs as it is."""
    lines = scope["headers"]
    if wanted := headers.get(lines, b"sec-fetch-dest"):
        return wanted in _SHOWN_IN
    # Browsers say so at secure addresses only.
    is_fetched = any(headers.get(lines, name) for name in _FETCHED)
    return headers.get(lines, b"accept").startswith(b"text/html") and not is_fetched


def asking(scope: HTTPScope) -> HTTPScope:
    """As the app is asked for a page."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in _UNASKED]
    return cast("HTTPScope", {**scope, "headers": [*kept, (b"accept-encoding", b"identity")]})


class Watching:
    """Stands before `send` for the answer to one request of a page."""

    def __init__(self, scope: HTTPScope, send: ASGISendCallable, tree: str) -> None:
        self.scope = scope
        self.tree = tree
        self._send = send
        self._insertion: Insertion | None = None

    async def __call__(self, event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            await self._send(self._started(event) if is_page(event) else event)
        elif event["type"] == "http.response.body" and self._insertion is not None:
            is_more = event.get("more_body", False)
            body = self._insertion.feed(event.get("body", b""), is_last=not is_more)
            if body or not is_more:
                await self._send({**event, "body": body})
        else:
            await self._send(event)

    def _started(self, event: HTTPResponseStartEvent) -> HTTPResponseStartEvent:
        lines = list(event["headers"])
        nonce = b""
        if any(name.lower() in _POLICIES and policies.is_strict(value) for name, value in lines):
            nonce = base64.b64encode(secrets.token_bytes(16))
        tag = _tag(nonce, self.tree)
        if self.scope["method"] != "HEAD":
            self._insertion = Insertion(tag)
        changed = [_changed(name, value, len(tag), _need(self.scope, nonce)) for name, value in lines]
        return {**event, "headers": [(name, value) for name, value in changed if name.lower() not in _OF_BYTES]}


def is_page(event: HTTPResponseStartEvent) -> bool:
    """Whether a tag may go into this answer, and finds its place in it."""
    lines = [(name.lower(), value) for name, value in event["headers"]]
    kind = headers.get(lines, b"content-type").strip().lower()
    if event["status"] in _WITHOUT_PAGE or 300 <= event["status"] < 400 or kind.split(b";")[0].strip() != b"text/html":
        return False
    if _WIDE.search(kind) or headers.get(lines, b"content-length").strip() == b"0":
        return False
    if headers.get(lines, b"content-encoding").strip().lower() not in {b"", b"identity"}:
        return False
    is_saved = headers.get(lines, b"content-disposition").strip().lower().startswith(b"attachment")
    return not is_saved and b"no-transform" not in headers.get(lines, b"cache-control").lower()


def _tag(nonce: bytes, tree: str) -> bytes:
    told = {"src": script_path().encode(), "nonce": nonce, "data-tree": tree.encode()}
    return (
        b"<script"
        + b"".join(b' %s="%s"' % (name.encode(), value) for name, value in told.items() if value)
        + b"></script>"
    )


def _need(scope: HTTPScope, nonce: bytes) -> policies.Need:
    """The host as the visitor wrote it, of which nothing is taken over but the label and the port."""
    asked = headers.get(scope["headers"], b"host")
    label = addresses.label_of(asked.decode("latin-1")) or ""
    port = _PORT.fullmatch(asked)
    host = f"p-{label}.{settings.PREVIEW_DOMAIN}".encode() + (b":" + port[1] if port else b"")
    return policies.Need(host + script_path().encode(), host + REPORTS.encode(), nonce)


def _changed(name: bytes, value: bytes, longer: int, need: policies.Need) -> tuple[bytes, bytes]:
    lower = name.lower()
    if lower in _POLICIES:
        return name, policies.opened(value, need)
    if lower == b"content-length" and value.strip().isdigit():
        return name, str(int(value) + longer).encode()
    return name, value


def over(scope: HTTPScope, send: ASGISendCallable, *, tree: Callable[[], str] = str) -> tuple[HTTPScope, Any]:
    """Both as they go on to the app: unchanged but for a page, which knows of which files it is."""
    if scope["method"] not in {"GET", "HEAD", "POST"} or not is_document(scope):
        return scope, send
    return asking(scope), Watching(scope, send, tree())
