"""A bare ASGI application under our server, for its tests: `python -m tests.config.serve.bare_app PORT`."""

import asyncio
import json
import logging.config
import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

CHUNK = b"x" * 65536
counts = {"written": 0, "received": 0}
release = asyncio.Event()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await PLACES[scope["path"]](scope, receive, send)


async def _answer(send: Any, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


async def stream(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Far more than any buffer, as fast as it is taken."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(4000):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        counts["written"] += len(CHUNK)
    await send({"type": "http.response.body", "body": b"end"})


async def body(scope: dict[str, Any], receive: Any, send: Any) -> None:
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await _answer(send, str(length).encode())


async def facts(scope: dict[str, Any], receive: Any, send: Any) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    await _answer(send, json.dumps({**counts, "memory": pages * os.sysconf("SC_PAGE_SIZE")}).encode())


async def scope_of(scope: dict[str, Any], receive: Any, send: Any) -> None:
    told = {"root_path": scope["root_path"], "headers": [name.decode() for name, _ in scope["headers"]]}
    await _answer(send, json.dumps(told).encode())


async def go_on(scope: dict[str, Any], receive: Any, send: Any) -> None:
    release.set()
    await _answer(send, b"ok")


async def slow(scope: dict[str, Any], receive: Any, send: Any) -> None:
    counts["received"] += 1
    await release.wait()
    await _answer(send, b"slow but sure")


async def breaker(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Breaks off in the middle of its answer, or before it."""
    how = scope["query_string"].decode()
    if how != "before":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
    if how == "reset":
        raise ConnectionResetError("the dev server is gone")
    raise ValueError(how)


async def talker(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    for _ in range(4000):
        await send({"type": "websocket.send", "bytes": CHUNK})
        counts["written"] += len(CHUNK)
    await send({"type": "websocket.close", "code": 4000})


async def listener(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Reads nothing until it is told to."""
    await receive()
    await send({"type": "websocket.accept"})
    await release.wait()
    while (await receive())["type"] == "websocket.receive":
        counts["received"] += 1


async def refuser(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4403})


async def closer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4401})


PLACES = {
    "/stream": stream,
    "/body": body,
    "/facts": facts,
    "/scope": scope_of,
    "/go-on": go_on,
    "/slow": slow,
    "/breaker": breaker,
    "/talker": talker,
    "/listener": listener,
    "/refuser": refuser,
    "/closer": closer,
}


def main() -> None:
    from config.serve import connections
    from config.serve.web import WebServer

    # Patience is for people; a test has less of it.
    connections.HEAD_SECONDS, connections.BODY_TURN = 2.0, 1.0
    logging.config.dictConfig(settings.LOGGING)
    handed_over = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    WebServer(application, listener=handed_over, on_ready=lambda: print("ready", flush=True)).run()


if __name__ == "__main__":
    main()
