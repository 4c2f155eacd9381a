"""The ASGI application: who answers what, under no server and under a foreign one."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.testing import HttpCommunicator, WebsocketCommunicator
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from config.asgi import application, is_preview
from tests.installation import Installation

LABEL = "p-" + "a" * 26
# A busy machine may take its time; the second a communicator allows by itself is not enough.
PATIENCE = 30.0


async def answer(asked: HttpCommunicator) -> dict[str, Any]:
    """To the end of the application, so that nothing of it is left for the garbage collector."""
    response: dict[str, Any] = await asked.get_response(PATIENCE)
    await asked.wait(PATIENCE)
    return response


def http(path: str, host: str = "localhost:8000", **headers: str) -> HttpCommunicator:
    pairs = [(b"host", host.encode()), *((name.replace("_", "-").encode(), v.encode()) for name, v in headers.items())]
    return HttpCommunicator(application, "GET", path, headers=pairs)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (f"{LABEL}.localhost:8000", True),
        (f"{LABEL.upper()}.LOCALHOST", True),
        ("p-short.localhost", True),  # no such preview, but never the dashboard either
        ("localhost:8000", False),
        ("djinn.example", False),
        ("p.localhost", False),
        (f"{LABEL}.localhost.evil.example", False),
        ("", False),
    ],
)
def test_a_preview_is_known_by_its_host(host: str, expected: bool) -> None:
    scope: Any = {"type": "http", "headers": [(b"host", host.encode())]}
    assert is_preview(scope) is expected


@pytest.mark.django_db(transaction=True)
async def test_a_preview_never_reaches_the_dashboard() -> None:
    response = await answer(http("/livez", host=f"{LABEL}.localhost:8000"))
    assert response["status"] == 404


@pytest.mark.django_db(transaction=True)
async def test_the_site_answers_on_its_own_host() -> None:
    response = await answer(http("/livez"))
    assert (response["status"], response["body"]) == (200, b"ok\n")


@pytest.mark.django_db(transaction=True)
async def test_a_socket_nobody_knows_is_accepted_and_closed_with_4404() -> None:
    socket = WebsocketCommunicator(application, "/ws/nowhere/", headers=[(b"host", b"localhost")])
    connected, _ = await socket.connect(timeout=PATIENCE)
    assert connected
    assert await socket.receive_output(PATIENCE) == {"type": "websocket.close", "code": 4404, "reason": None}


async def test_a_lifespan_is_answered() -> None:
    life = ApplicationCommunicator(application, {"type": "lifespan"})
    await life.send_input({"type": "lifespan.startup"})
    assert await life.receive_output(PATIENCE) == {"type": "lifespan.startup.complete"}
    await life.send_input({"type": "lifespan.shutdown"})
    assert await life.receive_output(PATIENCE) == {"type": "lifespan.shutdown.complete"}
    await life.wait(PATIENCE)


async def test_a_static_file_comes_from_its_source() -> None:
    response = await answer(http("/static/css/main.css"))
    headers = dict(response["headers"])
    assert response["status"] == 200
    assert headers[b"content-type"].startswith(b"text/css")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"max-age=0, public"


async def test_an_unchanged_static_file_is_not_sent_again() -> None:
    first = await answer(http("/static/css/main.css"))
    etag = dict(first["headers"])[b"etag"].decode()
    again = await answer(http("/static/css/main.css", if_none_match=etag))
    assert (again["status"], again["body"]) == (304, b"")


async def test_part_of_a_static_file_can_be_asked_for() -> None:
    response = await answer(http("/static/css/main.css", range="bytes=0-9"))
    assert (response["status"], len(response["body"])) == (206, 10)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/static/no-such.css", "/static/../config/settings.py", "/static/%2e%2e/manage.py"])
async def test_what_is_not_static_is_not_served(path: str) -> None:
    assert (await answer(http(path)))["status"] == 404


def test_it_runs_under_another_server(migrated: Path) -> None:
    home = Installation(migrated)
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(home.port), "--log-level", "error"],
        env=home.variables(),
    )
    try:
        assert json.loads(_read(f"http://127.0.0.1:{home.port}/readyz"))["checks"]["database"] == "ok"
        with connect(f"ws://127.0.0.1:{home.port}/ws/nowhere/") as client, pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4404
    finally:
        process.terminate()
        process.wait(20)


def _read(url: str) -> bytes:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except urllib.error.URLError:
            assert time.monotonic() < deadline
            threading.Event().wait(0.1)
