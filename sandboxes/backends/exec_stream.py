"""The streams of a program started by `docker exec`, as asyncio's own.

The engine takes an HTTP connection over for them. It sends the program's output in frames, each of
standard output or standard error; what it is sent is the program's input, as it stands.
"""

import asyncio
import json
import struct
from typing import Any
from urllib.parse import urlsplit

from sandboxes.backends import base, engine

HEADER = struct.Struct(">BxxxI")
ERROR = 2
SAID = 500
"""How much of standard error is kept."""
LONGEST_HEAD = 16 * 1024
ANSWER_SECONDS = 20.0


class Frames(asyncio.StreamReaderProtocol):
    """Takes the engine's answer and its frames apart. The reader pauses the connection when it is full."""

    def __init__(self, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(reader, loop=loop)
        self.head: asyncio.Future[bytes] = loop.create_future()
        self.said = b""
        self._raw = bytearray()
        self._left, self._kind = 0, 0

    def data_received(self, data: bytes) -> None:
        self._raw += data
        if self.head.done() or self._take_head():
            while self._raw and self._take_some():
                pass

    def eof_received(self) -> bool | None:
        self._end_head()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def _end_head(self) -> None:
        if not self.head.done():
            self.head.set_result(b"")

    def _take_head(self) -> bool:
        end = self._raw.find(b"\r\n\r\n")
        if end < 0 and len(self._raw) < LONGEST_HEAD:
            return False
        self.head.set_result(bytes(self._raw[:end]))
        del self._raw[: end + 4]
        return True

    def _take_some(self) -> bool:
        """A frame may come in many pieces: what is here of it is passed on at once."""
        if not self._left:
            if len(self._raw) < HEADER.size:
                return False
            self._kind, self._left = HEADER.unpack_from(self._raw)
            del self._raw[: HEADER.size]
        piece = bytes(self._raw[: self._left])
        del self._raw[: self._left]
        self._left -= len(piece)
        if self._kind == ERROR:
            self.said = (self.said + piece)[-SAID:]
        elif piece:
            super().data_received(piece)
        return True


async def start(address: engine.Address, version: str, program: str) -> base.Streams:
    """Start what `exec_create` made. The writer's `write_eof` ends the program's input, nothing else."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 18, loop=loop)
    frames = Frames(reader, loop)
    transport = await _connect(address, frames)
    writer = asyncio.StreamWriter(transport, frames, reader, loop)
    try:
        writer.write(_request(version, program))
        async with asyncio.timeout(ANSWER_SECONDS):
            head = await frames.head
        _check(head)
    except BaseException as failure:
        writer.close()
        if isinstance(failure, (TimeoutError, OSError)):
            raise base.Unavailable("The Docker engine does not open a way into the box.") from failure
        raise
    return reader, writer


async def _connect(address: engine.Address, frames: Frames) -> Any:
    loop, parts = asyncio.get_running_loop(), urlsplit(address.url)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if parts.scheme.endswith("unix"):
                transport, _ = await loop.create_unix_connection(lambda: frames, parts.path or parts.netloc)
            else:
                transport, _ = await loop.create_connection(
                    lambda: frames, parts.hostname or "", parts.port or 0, ssl=address.context()
                )
            return transport
    except (OSError, TimeoutError) as gone:
        raise base.Unavailable("The Docker engine does not answer.") from gone


def _request(version: str, program: str) -> bytes:
    body = json.dumps({"Detach": False, "Tty": False}).encode()
    lines = (
        f"POST /v{version}/exec/{program}/start HTTP/1.1",
        "Host: docker",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: Upgrade",
        "Upgrade: tcp",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


def _check(head: bytes) -> None:
    """101 when it was upgraded, 200 from engines that do so silently."""
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(words) < 2 or words[1] not in {b"101", b"200"}:
        raise base.Unavailable("The box is gone, or does not let anybody in.")
