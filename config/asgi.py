"""The ASGI application: previews by their Host, sockets by their path, everything else to Django.

It asks nothing of the server it runs under; `config.serve` runs it under Daphne. A process may have both roles,
or only the dashboard's (`web`) or the previews' (`edge`): what is the other's it refuses with a sentence.
"""

import os
from typing import Any

import django
from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope, WebSocketScope

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)  # fills the app registry, which everything below needs

from channels.routing import URLRouter
from django.urls import re_path

from agents import routing as agents_routing
from config import edge
from config.assets import Assets
from config.pages import Pages
from projects import routing as projects_routing
from sandboxes.preview import app as preview

WEB, EDGE = "web", "edge"
UNKNOWN = 4404
MISDIRECTED = 421
HEALTH = ("/livez", "/readyz")
NOT_HERE = {
    WEB: "This address shows apps. The dashboard is served elsewhere.",
    EDGE: "This address shows the dashboard. Apps are served elsewhere.",
}


def build(*roles: str) -> ASGI3Application:
    """The application of a process with these roles."""

    async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif is_preview(scope):
            await (edge.apps if EDGE in roles else _refusal(EDGE))(scope, receive, send)
        elif WEB in roles or scope["path"] in HEALTH:
            await _dashboard(scope, receive, send)
        else:
            await _refusal(WEB)(scope, receive, send)

    return application


async def _dashboard(scope: HTTPScope | WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
    else:
        await site(scope, receive, send)


def _refusal(role: str) -> ASGI3Application:
    async def refuse(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "websocket":
            await no_such_socket(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": MISDIRECTED, "headers": headers, "trailers": False})
        await send({"type": "http.response.body", "body": NOT_HERE[role].encode() + b"\n", "more_body": False})

    return refuse


def is_preview(scope: Scope) -> bool:
    if scope["type"] == "lifespan":
        return False
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    return preview.serves(host)


async def no_such_socket(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Accepted and then closed: a close before the accept reaches the browser as a code-less failure."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": UNKNOWN, "reason": None})


async def _lifespan(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


site = Assets(Pages())
unknown: Any = no_such_socket  # `re_path` is typed for views; Channels routes applications with it
# Consumers read who it is from the handshake themselves, so that they can ask again later.
sockets = URLRouter(
    [
        *projects_routing.websocket_urlpatterns,
        *agents_routing.websocket_urlpatterns,
        re_path(r"", unknown),
    ]
)
application = build(WEB, EDGE)
