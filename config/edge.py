"""Apps as this installation serves them: what the machine refuses is a calm page here too, not a broken answer."""

import structlog
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, Scope

from config import faults
from sandboxes.preview import app as preview
from sandboxes.preview import pages

TRY_LATER = 1013

log = structlog.get_logger(__name__)


async def apps(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    has_begun = False

    async def watched(event: ASGISendEvent) -> None:
        nonlocal has_begun
        has_begun = True
        await send(event)

    try:
        await preview.app(scope, receive, watched)
    except Exception as error:
        fault = faults.of(error)
        if fault is None or has_begun:
            raise
        log.warning("An app cannot be shown.", reason=fault.sentence)
        await _say(fault, scope, send)


async def _say(fault: faults.Fault, scope: Scope, send: ASGISendCallable) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        await send({"type": "websocket.close", "code": TRY_LATER, "reason": None})
    elif scope["type"] == "http":
        page = pages.Page(503, "Not right now", f"{fault.sentence} This page tries again by itself.", refresh=5)
        await pages.show(send, page, is_head=scope["method"] == "HEAD")
