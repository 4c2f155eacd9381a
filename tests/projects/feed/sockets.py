"""A client for sockets, as a browser or a program is one."""

import json
from collections.abc import Mapping
from typing import Any

from channels.routing import URLRouter
from channels.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from projects.models import User
from projects.routing import websocket_urlpatterns

ORIGIN = "http://testserver"
PATIENCE = 30


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Socket:
    """One connection: what it receives, and the code it is closed with."""

    def __init__(self, path: str, headers: Mapping[str, str]) -> None:
        address, _, query = path.partition("?")
        scope = {
            "type": "websocket",
            "path": address,
            "query_string": query.encode(),
            "headers": [
                (b"host", b"testserver"),
                *((name.encode(), value.encode()) for name, value in headers.items()),
            ],
            "subprotocols": [],
        }
        self.wire = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)

    async def open(self) -> "Socket":
        await self.wire.send_input({"type": "websocket.connect"})
        assert (await self.wire.receive_output(PATIENCE))["type"] == "websocket.accept"
        return self

    async def say(self, text: str | None = None, data: bytes | None = None) -> None:
        await self.wire.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def frame(self) -> dict[str, Any]:
        message = await self.wire.receive_output(PATIENCE)
        assert message["type"] == "websocket.send", message
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def code(self) -> int:
        """The code of the close, which must come next."""
        message = await self.wire.receive_output(PATIENCE)
        assert message["type"] == "websocket.close", message
        await self.wire.wait(PATIENCE)
        code: int = message["code"]
        return code

    async def leave(self) -> None:
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wire.wait(PATIENCE)
