"""One HTTP exchange with an app's server over the wire, streamed both ways."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import h11
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from sandboxes.errors import SandboxLost
from sandboxes.preview import headers

MAX_BODY = 10 * 1024 * 1024
IDLE = 30.0
IDLE_STREAM = 600.0
MOST_PRELUDES = 16
"""Answers of the kind "wait, there is more to come" before the answer itself."""
_CHUNK = 64 * 1024
# One makes a tunnel of the connection, the other sends the request back to whoever asked.
_REFUSED_METHODS = frozenset({"CONNECT", "TRACE"})


class Reader(Protocol):
    async def read(self, n: int = -1, /) -> bytes: ...


class Writer(Protocol):
    def write(self, data: bytes, /) -> None: ...
    async def drain(self) -> None: ...
    def close(self) -> None: ...


class TooLarge(Exception):
    """The visitor sent more than a preview takes."""


class Unspeakable(Exception):
    """What the visitor asks cannot be said in HTTP to an app."""


class Broken(Exception):
    """The app's server broke off or does not speak HTTP."""


class Slow(Exception):
    """The app's server stayed silent for too long."""


class _Left(Exception):
    """The visitor went away."""


def target_of(raw_path: bytes | None, path: str, query: bytes) -> bytes:
    """The request line's target, as the visitor wrote it."""
    written = (raw_path or path.encode()).split(b"?", 1)[0] or b"/"
    return written + (b"?" + query if query else b"")


@dataclass
class Exchange:
    """`run` returns when the answer was sent whole. `has_started` tells whether it had begun."""

    scope: HTTPScope
    receive: ASGIReceiveCallable
    send: ASGISendCallable
    reader: Reader
    writer: Writer
    port: int
    has_started: bool = False
    status: int = 0
    _has_heard: bool = False

    def __post_init__(self) -> None:
        self.http = h11.Connection(h11.CLIENT)
        self.idle = IDLE

    async def run(self) -> None:
        """Send and receive at once: an app may answer before it read everything."""
        upward = asyncio.ensure_future(self._ask())
        downward = asyncio.ensure_future(self._answer())
        try:
            await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
            if not downward.done():
                upward.result()
            await downward
        except _Left:
            return
        finally:
            for task in (upward, downward):
                task.cancel()
            await asyncio.gather(upward, downward, return_exceptions=True)

    async def _ask(self) -> None:
        """Send the request; afterwards only watch for the visitor leaving."""
        await self._write(self._request())
        taken, is_more = 0, True
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise _Left
            if message["type"] != "http.request" or not is_more:
                continue
            body, is_more = message.get("body", b""), message.get("more_body", False)
            taken += len(body)
            if taken > MAX_BODY:
                raise TooLarge
            if body:
                await self._write(h11.Data(data=body))
            if not is_more:
                await self._write(h11.EndOfMessage())

    def _request(self) -> h11.Request:
        scope = self.scope
        if scope["method"] in _REFUSED_METHODS:
            raise Unspeakable
        length = headers.get(scope["headers"], b"content-length")
        if length.isdigit() and int(length) > MAX_BODY:
            raise TooLarge
        lines = headers.inward(scope["headers"], port=self.port)
        lines.append((b"connection", b"close"))
        if not length and headers.get(scope["headers"], b"transfer-encoding"):
            lines.append((b"transfer-encoding", b"chunked"))
        target = target_of(scope.get("raw_path"), scope["path"], scope["query_string"])
        try:
            return h11.Request(method=scope["method"], target=target, headers=lines)
        except h11.LocalProtocolError as wrong:
            raise Unspeakable from wrong

    async def _write(self, event: h11.Event) -> None:
        try:
            data = self.http.send(event)
        except h11.LocalProtocolError as wrong:
            raise Unspeakable from wrong
        if data:
            self.writer.write(data)
            await self.writer.drain()

    async def _answer(self) -> None:
        preludes = 0
        while True:
            event = await self._next_event()
            if isinstance(event, h11.InformationalResponse):
                preludes += 1
                if preludes > MOST_PRELUDES:
                    raise Broken
            elif isinstance(event, h11.Response):
                await self._start(event)
            elif isinstance(event, h11.Data):
                await self.send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
            elif isinstance(event, h11.EndOfMessage):
                await self.send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            elif isinstance(event, h11.ConnectionClosed):
                raise Broken

    async def _start(self, answer: h11.Response) -> None:
        if headers.get(answer.headers, b"content-type").startswith(b"text/event-stream"):
            self.idle = IDLE_STREAM
        self.has_started, self.status = True, answer.status_code
        await self.send(
            {
                "type": "http.response.start",
                "status": answer.status_code,
                "headers": headers.outward(answer.headers),
                "trailers": False,
            }
        )

    async def _next_event(self) -> h11.Event:
        try:
            while not isinstance(event := self.http.next_event(), h11.Event):
                if event is h11.PAUSED:
                    raise Broken
                self.http.receive_data(await self._read())
            return event
        except h11.RemoteProtocolError as broken:
            raise Broken from broken
        except TimeoutError as silent:
            raise Slow from silent

    async def _read(self) -> bytes:
        """A server that closes without a word is on its way down, or up again."""
        async with asyncio.timeout(self.idle):
            data = await self.reader.read(_CHUNK)
        if not data and not self._has_heard:
            raise SandboxLost("The app's server closed the connection without an answer.")
        self._has_heard = True
        return data
