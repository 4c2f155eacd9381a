"""A WebSocket between a visitor and an app's server, over the wire. This is what hot reload uses."""

import asyncio
from dataclasses import dataclass, field

import h11
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketScope
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from sandboxes.preview import headers
from sandboxes.preview.upstream import Broken, Reader, Writer, target_of

MAX_MESSAGE = 16 * 1024 * 1024
IDLE = 600.0
OPENING = 30.0
LOST = 4502
"""The code a visitor's socket is closed with when the app's side broke."""
_CHUNK = 64 * 1024
# What the handshake itself writes.
_HANDSHAKE = frozenset({b"host", b"connection", b"upgrade", b"content-length"})


def sendable(code: int | None) -> int:
    """An application may close with 1000 or a code of its own; the rest belong to the protocol."""
    if code is None or code in {1000, 1001, 1005}:
        return 1000
    return code if 3000 <= code <= 4999 else LOST


@dataclass
class Bridge:
    """`run` returns when either side closed, and gives up when neither says anything for long."""

    scope: WebSocketScope
    receive: ASGIReceiveCallable
    send: ASGISendCallable
    reader: Reader
    writer: Writer
    port: int
    _parts: list[str | bytes] = field(default_factory=list)
    _size: int = 0

    def __post_init__(self) -> None:
        self.socket = WSConnection(ConnectionType.CLIENT)

    async def run(self) -> None:
        await self._open()
        upward = asyncio.ensure_future(self._upward())
        downward = asyncio.ensure_future(self._downward())
        try:
            async with asyncio.timeout(IDLE) as self.quiet:
                done, _ = await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (upward, downward):
                task.cancel()
            await asyncio.gather(upward, downward, return_exceptions=True)

    def _heard(self) -> None:
        """From either side: an app may be silent for hours while its page still says that it is there."""
        self.quiet.reschedule(asyncio.get_running_loop().time() + IDLE)

    async def _open(self) -> None:
        """The app answers first: its choice of subprotocol is what the visitor is told."""
        await self._write(self._request())
        async with asyncio.timeout(OPENING):
            while True:
                for event in self.socket.events():
                    if isinstance(event, AcceptConnection):
                        await self._accept(event)
                        return
                    if isinstance(event, RejectConnection | CloseConnection):
                        raise Broken
                await self._feed()

    def _request(self) -> Request:
        scope = self.scope
        lines = headers.inward(scope["headers"], port=self.port)
        return Request(
            host=f"localhost:{self.port}",
            target=target_of(scope.get("raw_path"), scope["path"], scope["query_string"]).decode("latin-1"),
            subprotocols=list(self.scope["subprotocols"]),
            extra_headers=[(name, value) for name, value in lines if name not in _HANDSHAKE],
        )

    async def _accept(self, event: AcceptConnection) -> None:
        await self.send({"type": "websocket.accept", "subprotocol": event.subprotocol, "headers": []})

    async def _upward(self) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or 1000
                await self._write(CloseConnection(code=1000 if code in {1005, 1006} else code))
                return
            if message["type"] != "websocket.receive":
                continue
            self._heard()
            text = message.get("text")
            data = message.get("bytes") or b""
            await self._write(TextMessage(data=text) if text is not None else BytesMessage(data=data))

    async def _downward(self) -> None:
        while True:
            for event in self.socket.events():
                if isinstance(event, CloseConnection):
                    await self._close(event.code)
                    return
                await self._take(event)
            await self._feed()
            self._heard()

    async def _take(self, event: Event) -> None:
        if isinstance(event, Ping):
            await self._write(event.response())
        elif isinstance(event, Message):
            self._parts.append(event.data)
            self._size += len(event.data)
            if self._size > MAX_MESSAGE:
                raise Broken
            if event.message_finished:
                await self._deliver()

    async def _deliver(self) -> None:
        parts, self._parts, self._size = self._parts, [], 0
        if isinstance(parts[0], str):
            text = "".join(part for part in parts if isinstance(part, str))
            await self.send({"type": "websocket.send", "text": text, "bytes": None})
        else:
            data = b"".join(bytes(part) for part in parts if not isinstance(part, str))
            await self.send({"type": "websocket.send", "text": None, "bytes": data})

    async def _close(self, code: int | None) -> None:
        await self.send({"type": "websocket.close", "code": sendable(code), "reason": None})

    async def _feed(self) -> None:
        data = await self.reader.read(_CHUNK)
        try:
            self.socket.receive_data(data or None)
        except (ProtocolError, h11.ProtocolError) as broken:
            raise Broken from broken

    async def _write(self, event: Event) -> None:
        try:
            data = self.socket.send(event)
        except (ProtocolError, h11.ProtocolError, UnicodeError) as unsaid:
            raise Broken from unsaid
        self.writer.write(data)
        await self.writer.drain()
