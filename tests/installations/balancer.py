"""Stands for the reverse proxy: one address, and behind it several web and edge processes.

A connection goes by the host of its first request: to an edge for a preview, else to a web process; to each in
turn, or to the one that the visitor's cookie names. One that does not answer is passed over.
"""

import asyncio
import itertools
import re
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from tests.installations.waiting import wait_for

COOKIE = "balancer"
_PREVIEW = re.compile(rb"\r\nhost: *p-", re.IGNORECASE)
_STICKY = re.compile(rb"\r\ncookie:[^\r]*\bbalancer=(\d)", re.IGNORECASE)
_LIVE = re.compile(rb"\r\nupgrade: *websocket", re.IGNORECASE)
_NOBODY = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Balancer:
    def __init__(self, *, web: Sequence[int], edge: Sequence[int]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._web, self._edge = web, edge
        self._turn = itertools.count()
        self.sockets: Counter[int] = Counter()  # live ones that were opened so far, by the port behind
        self._ended = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="balancer", daemon=True)
        self._thread.start()
        wait_for(lambda: self._loop, seconds=10, what="the balancer")

    def close(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        """What is still going on at the end is cancelled with the loop."""
        server = await asyncio.start_server(self._visit, sock=self._listener)
        self._loop = asyncio.get_running_loop()
        await self._ended.wait()
        server.close()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            for port in self._order(head):
                with suppress(ConnectionRefusedError):
                    behind, before = await asyncio.open_connection("127.0.0.1", port)
                    before.write(head)
                    self.sockets[port] += bool(_LIVE.search(head))
                    await _join((reader, before), (behind, writer))
                    return
            writer.write(_NOBODY)
            await writer.drain()
        writer.close()

    def _order(self, head: bytes) -> list[int]:
        ports = list(self._edge if _PREVIEW.search(head) else self._web)
        named = _STICKY.search(head)
        first = (int(named.group(1)) if named else next(self._turn)) % len(ports)
        return ports[first:] + ports[:first]


async def _join(*ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    """Both ways until one of them ends; then neither goes on."""
    pumps = [asyncio.ensure_future(_pump(reader, writer)) for reader, writer in ways]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for _, writer in ways:
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(64 * 1024):
            writer.write(piece)
            await writer.drain()
