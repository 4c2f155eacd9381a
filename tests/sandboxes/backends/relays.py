"""An engine's socket at another place, that can be taken away and given back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from sandboxes.backends import engine


class Relay:
    def __init__(self, address: engine.Address) -> None:
        self.path = urlsplit(address.url).path
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.server: asyncio.Server | None = None

    @property
    def address(self) -> engine.Address:
        return engine.Address(f"tcp://127.0.0.1:{self.port}")

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """As when the engine dies: nobody listens, and what was open is cut."""
        if self.server:
            self.server.close()
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_unix_connection(self.path)
        self.writers += [writer, here]
        with contextlib.suppress(OSError):
            await asyncio.gather(_copy(reader, here), _copy(there, writer))
        writer.close()
        here.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


@contextlib.asynccontextmanager
async def relayed(address: engine.Address) -> AsyncIterator[Relay]:
    relay = Relay(address)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
