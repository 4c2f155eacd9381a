"""A model provider on a real socket: speaks the OpenAI streaming protocol, misbehaves on request.

Each request takes the next script, the last one is used for ever. A model that was given scripts of its own
takes those instead; one that chooses answers by what it is asked.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

ENDING: Mapping[str, Any] = {
    "prompt_tokens": 1000,
    "completion_tokens": 60,
    "total_tokens": 1060,
    "prompt_tokens_details": {"cached_tokens": 600},
    "completion_tokens_details": {"reasoning_tokens": 20},
}


@dataclass(frozen=True, kw_only=True)
class Script:
    """How one request is answered; the defaults are a well-behaved model."""

    pieces: Sequence[str] = ("Hello", ", ", "world")
    status: int = 200
    error: str = "no"
    headers: Mapping[str, str] = field(default_factory=dict)
    finish: str | None = "stop"  # None: the stream ends without anybody saying so
    usage: Mapping[str, Any] | None = field(default_factory=lambda: ENDING)
    done: bool = True
    cut_after: int | None = None  # break the connection after so many pieces
    end_after: int | None = None  # end it properly after so many pieces, with nothing more
    error_after: int | None = None  # send an error object inside the stream
    hang_after: int | None = None  # keep silent from then on, 0 = before the first piece
    hang_before_headers: bool = False
    thoughts: Sequence[str] = ()  # what it thinks before the first piece
    calls: Sequence[Mapping[str, Any]] = ()  # pieces of calls of tools, after the text
    first_pause: float = 0.0  # seconds before the first piece
    pause: float = 0.0  # seconds between pieces
    has_usage_in_choice: bool = False  # usage comes with the finish reason instead of after it
    slice: int = 0  # send so many bytes at a time, also through the middle of a letter
    model: str = ""  # who says it answers, when it is not who was asked
    raw: Sequence[str | bytes] = ()  # another provider's events, written out, in place of all the above


@dataclass
class Seen:
    """What one request was and what became of it."""

    headers: Mapping[str, str]
    body: Mapping[str, Any]
    told: threading.Event = field(default_factory=threading.Event)  # all there is to send is sent
    closed: threading.Event = field(default_factory=threading.Event)  # the client hung up first


class Broken(Exception):
    """The script says: break the connection here."""


class ModelServer:
    def __init__(self) -> None:
        self.scripts: list[Script] = [Script()]
        self.of_model: dict[str, list[Script]] = {}
        self._choose: Callable[[Seen], Script] | None = None
        self.seen: list[Seen] = []
        self.arrived = threading.Condition()
        self.port = 0
        self._stop = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def will(self, *scripts: Script) -> None:
        self.scripts, self.of_model, self._choose = list(scripts), {}, None
        self.seen.clear()

    def will_as(self, model: str, *scripts: Script) -> None:
        """What this model says. Call it after `will`, which forgets it."""
        self.of_model[model] = list(scripts)

    def will_choose(self, choose: Callable[[Seen], Script]) -> None:
        """However often it is asked, and in whatever order."""
        self.will()
        self._choose = choose

    def asked(self) -> list[str]:
        """Which models were asked, in order."""
        return [seen.body["model"] for seen in self.seen]

    def wait_for_request(self, timeout: float = 20.0) -> Seen:
        with self.arrived:
            assert self.arrived.wait_for(lambda: bool(self.seen), timeout), "no request came"
            return self.seen[-1]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen = await self._read(reader)
            await self._play(self._script(seen), seen, reader, writer)
        except (Broken, asyncio.CancelledError):
            writer.transport.abort()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _script(self, seen: Seen) -> Script:
        if self._choose is not None:
            return self._choose(seen)
        scripts = self.of_model.get(seen.body["model"], self.scripts)
        return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    async def _read(self, reader: asyncio.StreamReader) -> Seen:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(headers, json.loads(body))
        with self.arrived:
            self.seen.append(seen)
            self.arrived.notify_all()
        return seen

    async def _play(
        self, script: Script, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        watch = asyncio.create_task(_watch(reader, seen))
        try:
            if script.hang_before_headers:
                await self._hang(seen)
            if script.status != 200:
                await _refuse(script, writer)
                return
            await _send_head(script, writer)
            async for event in _written_out(script) if script.raw else self._events(script, seen):
                await _send(writer, event, script.slice)
            writer.write(b"0\r\n\r\n")
            await writer.drain()
            seen.told.set()
        except ConnectionError:  # the hang-up was met while writing, before the watch saw it
            seen.closed.set()
            raise
        finally:
            watch.cancel()

    async def _events(self, script: Script, seen: Seen) -> AsyncIterator[str]:
        say = partial(_chunk, script.model or seen.body["model"])
        for thought in script.thoughts:
            yield _data(say({"reasoning_content": thought}))
            await asyncio.sleep(script.pause)
        for number, piece in enumerate((*script.pieces, None)):
            await asyncio.sleep(0 if number else script.first_pause)
            if number == script.hang_after:
                await self._hang(seen)
            if number == script.cut_after:
                raise Broken
            if number == script.end_after:
                return
            if number == script.error_after:
                yield _data({"error": {"message": "overloaded", "type": "server_error", "code": 503}})
                return
            if piece is not None:
                yield _data(say({"content": piece}))
                await asyncio.sleep(script.pause)
        for event in _ending(script, say):
            yield event

    async def _hang(self, seen: Seen) -> None:
        """Keep silent until the client gives up or the server is taken down."""
        seen.told.set()
        while not seen.closed.is_set() and not self._stop.is_set():
            await asyncio.sleep(0.01)
        raise Broken

    async def serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port, self._loop = server.sockets[0].getsockname()[1], asyncio.get_running_loop()
        ready.set()
        async with server:
            await self._stop.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)


async def _written_out(script: Script) -> AsyncIterator[str | bytes]:
    for event in script.raw:
        yield event


def _ending(script: Script, say: Callable[..., dict[str, Any]]) -> Iterator[str]:
    for call in script.calls:
        yield _data(say({"tool_calls": [call]}))
    usage = {"usage": dict(script.usage)} if script.usage is not None else {}
    if script.finish is not None:
        yield _data({**say({}, script.finish), **(usage if script.has_usage_in_choice else {})})
    if usage and not script.has_usage_in_choice:
        yield _data({**say({}), "choices": [], **usage})
    if script.done:
        yield "data: [DONE]\n\n"


def _chunk(model: str, delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "reply-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}],
    }


def _data(value: Mapping[str, Any]) -> str:
    return f"data: {_json(value)}\n\n"


def _json(value: Mapping[str, Any]) -> str:
    """In letters as they are, except where half a letter could not be sent so."""
    text = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if any("\ud800" <= letter <= "\udfff" for letter in text) else text


async def _send_head(script: Script, writer: asyncio.StreamWriter) -> None:
    extra = "".join(f"{name}: {value}\r\n" for name, value in script.headers.items())
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
        f"Connection: close\r\n{extra}\r\n"
    )
    writer.write(head.encode())
    await writer.drain()


async def _send(writer: asyncio.StreamWriter, event: str | bytes, most: int) -> None:
    body = event.encode() if isinstance(event, str) else event
    most = most or len(body)
    for start in range(0, len(body), most):
        part = body[start : start + most]
        writer.write(b"%x\r\n%s\r\n" % (len(part), part))
        await writer.drain()


async def _refuse(script: Script, writer: asyncio.StreamWriter) -> None:
    body = json.dumps({"error": {"message": script.error, "type": "error", "code": None}}).encode()
    extra = "".join(f"{name}: {value}\r\n" for name, value in script.headers.items())
    writer.write(
        f"HTTP/1.1 {script.status} No\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n{extra}\r\n".encode()
        + body
    )
    await writer.drain()


async def _watch(reader: asyncio.StreamReader, seen: Seen) -> None:
    """A client that has sent its request sends nothing more: the end of its stream is a hang-up."""
    try:
        while await reader.read(1024):
            pass
    except ConnectionError:
        pass
    seen.closed.set()


@contextmanager
def running() -> Iterator[ModelServer]:
    server, ready = ModelServer(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(ready)), daemon=True)
    thread.start()
    assert ready.wait(10), "the fake model server did not start"
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
