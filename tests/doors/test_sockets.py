"""The sockets of the matrix: who stays in, and with which code everybody else is sent away."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import ApplicationCommunicator

from config import asgi
from tests.doors import world
from tests.doors.rows import DENIED, HIDDEN, OPEN, PERSONS, SIGN_IN, Row
from tests.doors.test_doors import ROWS
from tests.doors.world import World
from tests.projects.feed.sockets import ORIGIN

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
# Whoever is in is sent away for saying too much, which shows that they were listened to.
CODES = {OPEN: 1009, SIGN_IN: 4401, DENIED: 4403, HIDDEN: 4404}
TOO_MUCH = "x" * 100_000


async def test_everybody_meets_what_the_table_says() -> None:
    everything = await sync_to_async(world.make)()
    rows = [row for row in ROWS if row.method == "WS"]
    met = {(row.route, person): await _code(everything, row, person) for row in rows for person in PERSONS}
    assert met == {(row.route, person): CODES[row.who[person]] for row in rows for person in PERSONS}


async def _code(everything: World, row: Row, person: str) -> int:
    headers = {"host": "testserver", "origin": ORIGIN, "cookie": world.cookie_of(everything.clients[person])}
    scope = {
        "type": "websocket",
        "path": everything.address(row.route, dict(row.fill)),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
    }
    wire = ApplicationCommunicator(asgi.sockets, scope)
    await wire.send_input({"type": "websocket.connect"})
    await wire.send_input({"type": "websocket.receive", "text": TOO_MUCH})
    assert (await wire.receive_output(PATIENCE))["type"] == "websocket.accept"
    said = await wire.receive_output(PATIENCE)
    await wire.wait(PATIENCE)
    code: int = said["code"]
    return code
