"""Sockets of the running server, held by people who should not, or who do what they should not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.attacks.wires import WEBSOCKET
from tests.installation import Installation

NOWHERE = "00000000-0000-0000-0000-000000000000"


class Door:
    """Where the sockets of one project are, and the owner's cookie."""

    def __init__(self, installation: Installation, project: str) -> None:
        slug = project.rstrip("/").rpartition("/")[2]
        [(number,)] = installation.rows("select id from projects_project where slug = ?", slug)
        self.installation, self.number = installation, str(UUID(number))
        self.cookie = "; ".join(f"{name}={value}" for name, value in installation.client.cookies.items())
        [(label,)] = installation.rows("select label from sandboxes_sandbox limit 1")
        self.preview = f"http://p-{label}.localhost:{installation.port}"

    @asynccontextmanager
    async def opened(
        self, kind: str = "ws", *, query: str = "", origin: str = "", cookie: str | None = None, number: str = ""
    ) -> AsyncIterator[ClientConnection]:
        url = f"ws://localhost:{self.installation.port}"
        path = f"/{'live' if kind == 'live' else 'ws'}/projects/{number or self.number}/{query}"
        headers = {"Cookie": self.cookie if cookie is None else cookie, "Origin": origin or self.installation.url}
        async with connect(
            url + path, additional_headers=headers, max_size=None, max_queue=None, close_timeout=2
        ) as socket:
            yield socket

    async def code(self, **how: str) -> int:
        async with asyncio.timeout(20), self.opened(**how) as socket:
            await socket.wait_closed()
        return socket.close_code or 0


@pytest.fixture
def door(installation: Installation, project: str) -> Door:
    return Door(installation, project)


@pytest.mark.parametrize("kind", ["ws", "live"])
async def test_only_pages_of_ours_with_a_session_come_in(door: Door, kind: str) -> None:
    for origin in ("http://evil.test", "null", door.preview, "http://localhost", "https://localhost.evil.test"):
        assert await door.code(kind=kind, origin=origin) == 4403, origin
    for cookie in ("", "djinn_session=made-up", 'djinn_session="\\000', "djinn_session=" + "a" * 4000):
        assert await door.code(kind=kind, cookie=cookie) == 4401, cookie
    assert await door.code(kind=kind, number=NOWHERE) == 4404
    assert await door.code(kind=kind, number="..") == 4404


async def _says(socket: ClientConnection, said: str | bytes) -> dict[str, object]:
    await socket.send(said)
    answer: dict[str, object] = json.loads(await socket.recv())
    return answer


MALFORMED: list[str | bytes] = [
    *("", "null", "[]", "1", '"x"', "{}", "{", "[" * 60_000, '{"a":' * 10_000, "NaN", '{"type":"nothing"}'),
    *('{"type":"subscribe","after":-1}', '{"type":"subscribe","after":1e999}'),
    '{"type":"subscribe","after":' + "9" * 400 + "}",
    '{"type":"subscribe","after":' + "9" * 6000 + "}",
    '{"type":"user_message","text":"\\ud800"}',
    '{"type":"user_message","text":"' + "x" * 20_001 + '"}',
    '{"type":"user_message","text":"x","session":"' + NOWHERE + '"}',
    *('{"type":"ping","id":{"a":1}}', '{"type":"ping","id":' + "9" * 5000 + "}", '{"type":"ping","more":1}'),
    b"\xff\xfe\x00",
]


async def test_nonsense_is_answered_and_the_socket_stays(door: Door) -> None:
    async with asyncio.timeout(30), door.opened() as socket:
        for said in MALFORMED:
            assert (await _says(socket, said))["type"] == "error", said[:60]
        assert await _says(socket, '{"type":"ping","id":7}') == {"type": "ack", "id": 7}


@pytest.mark.parametrize("after", [2**53, 10**15])
async def test_a_place_beyond_the_log_is_no_place(door: Door, after: int) -> None:
    async with asyncio.timeout(20), door.opened() as socket:
        asked = json.dumps({"type": "subscribe", "after": after})
        assert (await _says(socket, asked))["type"] == "ack"
        assert (await _says(socket, '{"type":"ping"}'))["type"] == "ack"
    async with asyncio.timeout(20), door.opened("live", query=f"?after={after}") as page:
        assert json.loads(await page.recv()) == {"reload": True}


async def test_too_much_at_once_and_too_often_is_ended_with_its_code(door: Door) -> None:
    async with asyncio.timeout(60), door.opened() as socket:
        await socket.send("x" * 300_000)
        await socket.wait_closed()
    assert socket.close_code == 1009
    async with asyncio.timeout(60), door.opened() as flood:
        with pytest.raises(websockets.ConnectionClosed):
            for _ in range(5000):
                await flood.send('{"type":"ping"}')
                await asyncio.sleep(0)
            await flood.wait_closed()
            await flood.send("")
    assert flood.close_code == 4429


async def test_two_hundred_pages_and_those_that_hang_up_without_a_word(door: Door) -> None:
    """Half of them are cut off; the others still hear what happens."""
    [(last,)] = door.installation.rows("select last_seq from projects_project limit 1")
    query = f"?after={last - 1}"
    async with asyncio.timeout(60), AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(door.opened("live", query=query)) for _ in range(200)]
        for page in pages[::2]:
            page.transport.abort()
        first = await asyncio.gather(*(page.recv() for page in pages[1::2]))
        assert len(set(first)) == 1
        assert json.loads(first[0])["seq"] == last


async def test_a_storm_of_new_connections_leaves_the_door_open(door: Door) -> None:
    port = door.installation.port
    asked = f"GET /live/projects/{door.number}/ HTTP/1.1\r\nHost: localhost:{port}\r\n".encode() + WEBSOCKET + b"\r\n"

    async def come_and_go() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        await writer.drain()
        writer.transport.abort()

    async with asyncio.timeout(60):
        for _ in range(10):
            await asyncio.gather(*(come_and_go() for _ in range(30)))
        async with door.opened() as socket:
            assert (await _says(socket, '{"type":"ping"}'))["type"] == "ack"
