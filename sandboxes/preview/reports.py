"""The reserved addresses of a preview's own origin: the bridge's script, and where it reports to.

Who may see the preview may report of it. What is sent is anybody's: bounded while it arrives, read strictly, and only
so often for one preview.
"""

import time
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from projects.threads import in_thread
from sandboxes.console import keeping, lines
from sandboxes.models.shown import tree_of
from sandboxes.preview import answers, bridge, headers, targets

_PER_SECOND, _AT_ONCE = 10.0, 30.0
_MOST = 2000
_left: dict[UUID, tuple[float, float]] = {}
_FOREVER = b"public, max-age=31536000, immutable"
_SCRIPT = "text/javascript; charset=utf-8"


class _Refused(Exception):
    def __init__(self, status: int, *, allow: bytes = b"") -> None:
        self.status = status
        self.more = [(b"allow", allow)] if allow else [(b"retry-after", b"1")] if status == 429 else []


async def serve(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable, target: targets.Target) -> None:
    try:
        if scope["path"] == bridge.REPORTS:
            await _take(scope, receive, target)
            await answers.send_all(send, 204)
        elif bridge.SCRIPT.fullmatch(scope["path"]):
            await _send_script(scope, send)
        else:
            raise _Refused(404)
    except _Refused as refused:
        await answers.send_all(send, refused.status, more=refused.more, is_head=scope["method"] == "HEAD")


async def _send_script(scope: HTTPScope, send: ASGISendCallable) -> None:
    """That of another version is this one, which nobody keeps."""
    if scope["method"] not in {"GET", "HEAD"}:
        raise _Refused(405, allow=b"GET, HEAD")
    more = [(b"cache-control", _FOREVER)] if scope["path"] == bridge.script_path() else []
    is_head = scope["method"] == "HEAD"
    await answers.send_all(send, 200, bridge.script(), content_type=_SCRIPT, more=more, is_head=is_head)


async def _take(scope: HTTPScope, receive: ASGIReceiveCallable, target: targets.Target) -> None:
    if scope["method"] != "POST":
        raise _Refused(405, allow=b"POST")
    if not _is_own(scope):
        raise _Refused(403)
    if not _is_let(target.sandbox.pk):
        raise _Refused(429)
    body = await _body(scope, receive)
    try:
        batch = lines.read(body)
    except lines.Unreadable:
        raise _Refused(400) from None
    await in_thread(_keep, target, batch)


def _keep(target: targets.Target, batch: lines.Batch) -> None:
    keeping.record(target.sandbox, batch, tree_hash=tree_of(target.sandbox, target.manifest))


def _is_own(scope: HTTPScope) -> bool:
    """From a page of this very origin. Other sites may not even guess into it."""
    if headers.get(scope["headers"], b"sec-fetch-site") not in {b"", b"same-origin"}:
        return False
    origin = headers.get(scope["headers"], b"origin")
    return not origin or origin.partition(b"://")[2] == headers.get(scope["headers"], b"host")


def _is_let(sandbox_id: UUID) -> bool:
    """By this process's own count: it is for the pages that mean no harm, too."""
    now = time.monotonic()
    if len(_left) >= _MOST:
        _left.clear()
    left, before = _left.get(sandbox_id, (_AT_ONCE, now))
    left = min(_AT_ONCE, left + (now - before) * _PER_SECOND)
    _left[sandbox_id] = (max(0.0, left - 1), now)
    return left >= 1


async def _body(scope: HTTPScope, receive: ASGIReceiveCallable) -> bytes:
    announced = headers.get(scope["headers"], b"content-length")
    if announced.isdigit() and int(announced[:20]) > lines.MOST_BODY:
        raise _Refused(413)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(400)
        if message["type"] != "http.request":
            continue
        body += message.get("body", b"")
        if len(body) > lines.MOST_BODY:
            raise _Refused(413)
        if not message.get("more_body", False):
            return bytes(body)
