"""Many readers, slow ones and some who leave in the middle: there is a connection for everybody else."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from config.asgi import site
from projects.rest import downloads
from projects.services import files
from tests import connections
from tests import people as people_of_tests
from tests.people import People
from tests.projects.feed.sockets import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 30  # more than the pool has


@pytest.fixture
def people(transactional_db: None) -> People:
    people = people_of_tests.gather()
    for number in range(3):
        files.save(people.main, f"{number}.txt", bytes(200_000), by=people.owner)
    return people


class Visit:
    """One request, which may be left at any time."""

    def __init__(self, path: str, cookie: str) -> None:
        self.left = asyncio.Event()
        self.status = 0
        self.body = bytearray()
        self.is_read = asyncio.Event()
        self.takes: asyncio.Event | None = None
        headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "asgi": {"version": "3.0"},
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
        }
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.body += message.get("body", b"")
        if self.body:
            self.is_read.set()
            if self.takes is not None:
                await self.takes.wait()


async def test_who_leaves_in_the_middle_takes_no_connection_along(people: People):
    application: Any = site
    cookie = await sync_to_async(cookie_of)(people.viewer)
    for turn in range(MANY):
        visit = Visit("/p/owner/night-garden/", cookie)
        task = asyncio.create_task(application(visit.scope, visit.receive, visit.send))
        await asyncio.wait([task], timeout=0.002 * (turn % 10))
        visit.left.set()
        async with asyncio.timeout(30):
            await task
    last = Visit("/p/owner/night-garden/", cookie)
    async with asyncio.timeout(30):
        await application(last.scope, last.receive, last.send)
    assert last.status == 200


@pytest.mark.parametrize("size", [10, 2 * downloads.ENOUGH], ids=["small", "large"])
async def test_slow_downloads_hold_no_connection(people: People, size: int):
    noise = random.Random(1).randbytes(size)
    await sync_to_async(files.save)(people.main, "noise.bin", noise, by=people.owner)
    application: Any = site
    cookie = await sync_to_async(cookie_of)(people.viewer)
    visits = [Visit("/p/owner/night-garden/export.zip", cookie) for _ in range(MANY)]
    for visit in visits:
        visit.takes = asyncio.Event()
    tasks = [asyncio.create_task(application(visit.scope, visit.receive, visit.send)) for visit in visits]
    async with asyncio.timeout(60):
        for visit in visits:
            await visit.is_read.wait()
    assert await asyncio.to_thread(connections.settle) <= 1  # the test's own
    page = Visit("/p/owner/night-garden/", cookie)
    async with asyncio.timeout(30):
        await application(page.scope, page.receive, page.send)
    assert page.status == 200
    for visit in visits:
        assert visit.takes is not None
        visit.takes.set()
    async with asyncio.timeout(60):
        await asyncio.gather(*tasks)
    assert {bytes(visit.body[:2]) for visit in visits} == {b"PK"}
