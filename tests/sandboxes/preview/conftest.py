"""Somebody who looks at previews: over ASGI, without a server."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar, cast

import httpx
import pytest
from asgiref.testing import ApplicationCommunicator
from channels.testing import WebsocketCommunicator
from django.db import connections

from sandboxes.models import Sandbox, addresses
from sandboxes.preview import targets, waking
from sandboxes.preview.app import app
from sandboxes.wire import connections as wires

T = TypeVar("T")


class Visitor:
    """One event loop for the whole visit, as in a server. `woken` is whom the previews asked for."""

    def __init__(self, runner: asyncio.Runner, woken: list[Sandbox]) -> None:
        self.runner = runner
        self.woken = woken

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def get(self, sandbox: Sandbox, path: str = "/", **more: Any) -> httpx.Response:
        return self.ask("GET", sandbox, path, **more)

    def ask(self, method: str, sandbox: Sandbox, path: str = "/", **more: Any) -> httpx.Response:
        return self.run(self._ask(method, addresses.url(sandbox.label).rstrip("/") + path, more))

    def raw(self, sandbox: Sandbox, path: str) -> tuple[int, bytes]:
        """A path as it stands, which no client would send."""
        return self.run(self._raw(sandbox, path))

    async def _raw(self, sandbox: Sandbox, path: str) -> tuple[int, bytes]:
        host = (b"host", f"p-{sandbox.label}.localhost".encode())
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [host]}
        communicator = ApplicationCommunicator(app, scope)
        await communicator.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await communicator.receive_output(10)
        return start["status"], (await communicator.receive_output(10))["body"]

    async def _ask(self, method: str, url: str, more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(cast("Any", app))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **more)


def socket(sandbox: Sandbox, path: str, *subprotocols: str) -> WebsocketCommunicator:
    host = f"p-{sandbox.label}.localhost".encode()
    headers = [(b"host", host), (b"origin", b"http://" + host)]
    return WebsocketCommunicator(app, path, headers=headers, subprotocols=list(subprotocols))


@pytest.fixture
def visitor(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    woken: list[Sandbox] = []
    callees: list[Callable[[Sandbox], None]] = [woken.append]
    monkeypatch.setattr(waking, "_callees", callees)
    monkeypatch.setattr(waking, "_asked", {})
    with asyncio.Runner() as runner:
        yield Visitor(runner, woken)
        runner.run(wires.close())
        runner.run(_close_database())


async def _close_database() -> None:
    from channels.db import database_sync_to_async

    await database_sync_to_async(connections.close_all)()


@pytest.fixture
def overtaken(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sandbox], None]:
    """The next visit finds what stands there now, and goes there after what the test does next."""

    def begin(sandbox: Sandbox) -> None:
        find, found = targets.find, [visitor.run(targets.find(sandbox.label))]

        async def late(label: str) -> targets.Target | None:
            return found.pop() if found else await find(label)

        monkeypatch.setattr(targets, "find", late)

    return begin
