"""What a page reaches while its picture is taken: its own app, and nothing else.

No cookie, no pass and no bridge: nobody visits. So a picture keeps no box awake, wakes none, and its console is silent.
"""

import asyncio
import contextlib
from urllib.parse import unquote

import h11
from asgiref.typing import ASGISendEvent, HTTPScope

from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.pictures.camera import Door
from sandboxes.preview import static, targets
from sandboxes.wire import boxes, streams

STATIC_PORT = 8080
_CHUNK = 64 * 1024


def to_files(target: targets.Target) -> Door:
    """Of an app without a box: as a preview answers, by the same rules."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(h11.ProtocolError, OSError):
            await _answer(target, reader, writer)

    return answer


def to_app(sandbox: Sandbox, port: int) -> Door:
    """Byte for byte to the app's server, which hears the name and the port that it listens on."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(SandboxLost, OSError):
            async with boxes.port_of(sandbox, port) as (inside, outside):
                await _both_ways((reader, outside), (inside, writer))

    return answer


async def _both_ways(
    *ways: tuple["asyncio.StreamReader | streams.Reader", "asyncio.StreamWriter | streams.Writer"],
) -> None:
    """Until one of them is silent for good."""
    tasks = [asyncio.create_task(_copy(*way)) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _copy(
    reader: "asyncio.StreamReader | streams.Reader", writer: "asyncio.StreamWriter | streams.Writer"
) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


async def _answer(target: targets.Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request; whoever wants more connects again."""
    http = h11.Connection(h11.SERVER)
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await reader.read(_CHUNK))
    if not isinstance(event, h11.Request):
        return

    async def send(message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start":
            headers = [*message["headers"], (b"connection", b"close")]
            said: h11.Event = h11.Response(status_code=message["status"], headers=headers)
        elif message["type"] == "http.response.body":
            said = h11.Data(data=message["body"])
        else:
            return
        writer.write(http.send(said) or b"")
        await writer.drain()

    await static.serve(_scope(event), send, target)
    writer.write(http.send(h11.EndOfMessage()) or b"")
    await writer.drain()


def _scope(asked: h11.Request) -> HTTPScope:
    """Without its headers: to the preview it is nobody's page that is being looked at."""
    path, _, query = asked.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method.decode(),
        "scheme": "http",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [],
        "client": None,
        "server": None,
        "state": {},
        "extensions": {},
    }
