"""An app whose server answers with anything but honest HTTP."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from asgiref.typing import HTTPScope

from sandboxes.preview import headers, upstream

OK = b"HTTP/1.1 200 OK\r\n"
FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"


@dataclass
class Visit:
    """One exchange with a server that says `answer` to whatever it is asked, and then closes."""

    answer: bytes
    method: str = "GET"
    target: bytes = b"/"
    again: bool = False
    """Says it again and again, for as long as somebody listens."""
    sent: list[dict[str, Any]] = field(default_factory=list)
    has_asked: bool = False
    has_served: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        scope = {
            "type": "http",
            "method": self.method,
            "path": "/",
            "raw_path": self.target,
            "query_string": b"",
            "headers": [(b"host", b"p-x.localhost")],
        }
        try:
            async with asyncio.timeout(20):
                exchange = upstream.Exchange(cast("HTTPScope", scope), self._receive, self._send, reader, writer, port)
                await exchange.run()
        finally:
            writer.close()
            await self.has_served.wait()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.answer)
            while self.again:
                await writer.drain()
                writer.write(self.answer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self.has_served.set()

    async def _receive(self) -> Any:
        if self.has_asked:
            await asyncio.Event().wait()
        self.has_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def headers(self) -> dict[bytes, bytes]:
        ours = {name for name, _ in headers.ours()}
        return {name: value for name, value in self.sent[0]["headers"] if name not in ours}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def visit(answer: bytes, **more: Any) -> Visit:
    made = Visit(answer, **more)
    await made.run()
    return made


@pytest.mark.parametrize("length", [b"3", b"0", b"500"])
async def test_a_length_beside_chunks_is_not_passed_on(length: bytes) -> None:
    """Daphne would believe the length, and the rest of the body would be the next visitor's answer."""
    chunked = OK + b"Content-Length: " + length + b"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    seen = await visit(chunked)
    assert (seen.headers, seen.body) == ({}, b"hello")


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello" + FORGED, "GET"),
        (OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + FORGED, "GET"),
        (OK + b"Content-Length: 5, 5\r\n\r\nhello" + FORGED, "GET"),
        (OK + b"Content-Length: 6\r\n\r\n" + FORGED, "HEAD"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n" + FORGED, "GET"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n" + FORGED, "GET"),
    ],
)
async def test_what_follows_an_answer_is_not_another_one(answer: bytes, method: str) -> None:
    seen = await visit(answer, method=method)
    assert seen.body in {b"", b"hello"}
    assert len([message for message in seen.sent if message["type"] == "http.response.start"]) == 1


BROKEN = {
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello",
    "a length below nothing": OK + b"Content-Length: -1\r\n\r\nhello",
    "shorter than it said": OK + b"Content-Length: 50\r\n\r\nhello",
    "a chunk that is no number": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello",
    "a chunk below nothing": OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhello",
    "a chunk beyond everything": OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nhello",
    "chunks without end": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "another coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a protocol nobody asked for": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
    "a carriage return in a header": OK + b"X: a\rSet-Cookie: b=1\r\nContent-Length: 0\r\n\r\n",
    "a zero in a header": OK + b"X: a\0b\r\nContent-Length: 0\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n",
    "no status at all": b"hello\r\n\r\n",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_an_answer_that_is_not_http_is_broken_off(answer: bytes) -> None:
    with pytest.raises(upstream.Broken):
        await visit(answer)


ENDLESS = {"headers": b"x: " + b"y" * 60 + b"\r\n", "preludes": b"HTTP/1.1 100 Continue\r\n\r\n"}


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
async def test_a_beginning_without_end_is_broken_off(answer: bytes) -> None:
    """Both would keep the web process busy for nothing: no byte of it ever reaches the visitor."""
    first = OK if answer == ENDLESS["headers"] else b""
    with pytest.raises(upstream.Broken):
        await visit(first + answer * 1000, again=True)


async def test_a_few_preludes_are_passed_over() -> None:
    seen = await visit(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3 + OK + b"Content-Length: 2\r\n\r\nhi")
    assert (seen.sent[0]["status"], seen.body) == (200, b"hi")


async def test_compressed_bytes_pass_untouched() -> None:
    """Nobody unpacks here what would fill the memory."""
    packed = b"\x1f\x8b\x08" + bytes(range(200))
    seen = await visit(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    assert (seen.body, seen.headers[b"content-encoding"]) == (packed, b"gzip")


def _cookies(*values: bytes) -> bytes:
    return OK + b"Content-Length: 0\r\n" + b"".join(b"Set-Cookie: " + value + b"\r\n" for value in values) + b"\r\n"


async def test_no_cookie_of_the_dashboards_name_and_none_for_its_host() -> None:
    forged = [b"djinn_session=1", b"djinn_csrf", b"\tdjinn_csrf = 3", b"djinn_session =1; Path=/; Domain=localhost"]
    wide = [b"a=1; Domain=localhost", b"a=1;domain = .localhost; Path=/", b"a=1; DOMAIN=localhost; domain=evil"]
    seen = await visit(_cookies(*forged, *wide))
    kept = [value.lower() for name, value in seen.sent[0]["headers"] if name == b"set-cookie"]
    assert len(kept) == len(wide)
    assert not [value for value in kept if b"domain" in value or b"djinn" in value]


async def test_an_app_cannot_have_the_browser_forget_things() -> None:
    """`Clear-Site-Data` reaches every host of the same site, and so other apps and the dashboard."""
    seen = await visit(OK + b'Clear-Site-Data: "*"\r\nContent-Length: 0\r\n\r\n')
    assert b"clear-site-data" not in seen.headers


def _impossible() -> Iterable[tuple[str, bytes]]:
    yield from [("CONNECT", b"/"), ("TRACE", b"/"), ("G T", b"/"), ("GET\r\nX:", b"/")]
    yield from [("GET", b"/a b"), ("GET", b"/\xff"), ("GET", b"/\r\nX: y"), ("GET", b"/\0")]


@pytest.mark.parametrize(("method", "target"), _impossible())
async def test_a_request_that_cannot_be_said_is_not_said(method: str, target: bytes) -> None:
    with pytest.raises(upstream.Unspeakable):
        await visit(OK, method=method, target=target)
