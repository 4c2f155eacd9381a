"""A channel in the shape of asyncio's streams, as far as an HTTP client needs it."""

import asyncio
import contextlib

from sandboxes.agent import agent
from sandboxes.wire import values


class Reader:
    def __init__(self, channel: agent.Channel) -> None:
        self.channel = channel
        self._rest = b""
        self._ended = False

    async def read(self, n: int = -1) -> bytes:
        """Up to `n` bytes, or all there are until the end when negative. Empty at the end."""
        if n < 0:
            parts = []
            while data := await self.read(agent.CHUNK):
                parts.append(data)
            return b"".join(parts)
        data = self._rest or await self._next()
        self._rest = data[n:]
        return data[:n]

    async def readexactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            more = await self.read(n - len(data))
            if not more:
                raise asyncio.IncompleteReadError(data, n)
            data += more
        return data

    def at_eof(self) -> bool:
        return self._ended and not self._rest

    async def _next(self) -> bytes:
        if self._ended:
            return b""
        try:
            data = await self.channel.recv()
        except agent.Detached as gone:
            raise values.Broken("The wire to the box is lost.") from gone
        self._ended = not data
        return data


class Writer:
    """`write` may be called freely; `drain` waits until the box has taken what was written."""

    def __init__(self, channel: agent.Channel) -> None:
        self.channel = channel
        self._waiting = bytearray()
        self._flushing: asyncio.Task[None] | None = None
        self._closing = False
        self._end = False

    def write(self, data: bytes) -> None:
        if self._closing:
            return
        self._waiting += data
        self._flush()

    def write_eof(self) -> None:
        self._end = True
        self._flush()

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self._closing

    async def drain(self) -> None:
        while self._flushing and not self._flushing.done():
            await asyncio.shield(self._flushing)
        if self.channel.closed and self._waiting:
            raise values.Broken("The box closed the connection.")

    def close(self) -> None:
        """What was written is still sent; then both directions end."""
        self._closing = True
        self._flush()

    async def wait_closed(self) -> None:
        while self._flushing and not self._flushing.done():
            await asyncio.shield(self._flushing)

    def _flush(self) -> None:
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        with contextlib.suppress(agent.Detached):
            while self._waiting:
                data = bytes(self._waiting[: agent.CHUNK])
                await self.channel.send(data)
                del self._waiting[: len(data)]
            if self._end and not self._closing:
                await self.channel.end()
        if self._closing:
            self.channel.close()
