"""Apps while the machine is to blame: a page that tries again, and a socket that is told to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.db import connections

from config.asgi import application

HOST = [(b"host", b"p-" + b"a" * 26 + b".localhost:8000")]


@pytest.fixture
def nowhere(tmp_path: Path, django_db_blocker) -> Iterator[None]:
    """The database cannot be opened."""
    connection = connections["default"]
    kept = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(NAME=str(tmp_path / "none" / "db"), HOST="127.0.0.1", PORT=1, OPTIONS={})
        yield
        connection.settings_dict.update(kept)


async def test_a_visitor_meets_a_page_that_tries_again(nowhere: None) -> None:
    asked = HttpCommunicator(application, "GET", "/", headers=HOST)
    response = await asked.get_response(timeout=20)
    await asked.wait(20)
    assert response["status"] == 503
    assert b'http-equiv="refresh"' in response["body"]
    assert b"This page tries again by itself." in response["body"]
    assert b"Traceback" not in response["body"]


async def test_a_socket_is_accepted_and_told_to_try_later(nowhere: None) -> None:
    socket = WebsocketCommunicator(application, "/", headers=HOST)
    connected, _ = await socket.connect(timeout=20)
    assert connected
    assert (await socket.receive_output(timeout=20))["code"] == 1013
