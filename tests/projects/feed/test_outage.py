"""The hub on a real Redis that goes away and comes back: pages stay, and catch up with the log."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from channels.layers import channel_layers, get_channel_layer

from config import shape
from projects.feed import bells, hub, rooms
from projects.feed.followers import Follower
from projects.feed.hub import Hub
from projects.models import Project
from tests import people as people_of_tests
from tests.projects.feed import facts
from tests.projects.feed.test_hub import events, in_thread
from tests.services.redis import Redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def project(transactional_db: None) -> Project:
    return people_of_tests.gather().project


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture
async def hall(own_redis: Redis, settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    settings.CHANNEL_LAYERS = {"default": shape.layer(own_redis.url, "djinn-tests", settings.RUN_DIR)}
    channel_layers.backends = {}
    monkeypatch.setattr(rooms, "AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(rooms, "OFTEN_SECONDS", 0.2)
    hall = hub.current()
    yield hall
    for room in list(hall.rooms.values()):
        for follower in list(room.followers):
            await hall.leave(follower)
    await in_thread(bells.settle, 10.0)
    await get_channel_layer().flush()
    channel_layers.backends = {}


async def heard(follower: Follower) -> asyncio.Task[list[int]]:
    """The next event, brought by its bell: nothing here looks by itself within the time of a test."""
    return asyncio.create_task(events(follower, 1))


async def test_a_page_hears_again_when_redis_is_back(hall: Hub, project: Project, own_redis: Redis):
    follower = await hall.join(project.pk, after=0)
    await in_thread(facts.record, project)
    assert await events(follower, 1) == [1]
    await in_thread(own_redis.restart)
    task = await heard(follower)
    seq = 1
    async with asyncio.timeout(15):  # less than a page looks by itself
        while not task.done():
            seq += 1
            await in_thread(facts.record, project)
            await asyncio.wait([task], timeout=0.5)
    assert task.result()[0] == 2
    assert set(task.result()) <= set(range(2, seq + 1))


async def test_what_happened_without_bells_is_not_lost(hall: Hub, project: Project, own_redis: Redis):
    follower = await hall.join(project.pk, after=0)
    own_redis.kill()
    for _ in range(5):
        await in_thread(facts.record, project)
    await in_thread(own_redis.start)
    task = asyncio.create_task(events(follower, 6))
    async with asyncio.timeout(15):
        while not task.done():
            await in_thread(facts.record, project)
            await asyncio.wait([task], timeout=0.5)
    assert task.result()[:6] == [1, 2, 3, 4, 5, 6]


async def test_a_page_opened_without_redis_is_served_and_looks_often(hall: Hub, project: Project, own_redis: Redis):
    own_redis.kill()
    follower = await hall.join(project.pk, after=0)
    await in_thread(facts.record, project)
    async with asyncio.timeout(10):
        assert await events(follower, 1) == [1]
    await in_thread(own_redis.start)
    async with asyncio.timeout(10):
        while not follower.room._channel:
            await asyncio.sleep(0.05)


async def test_a_silence_is_one_line(hall: Hub, project: Project, own_redis: Redis, caplog: pytest.LogCaptureFixture):
    await in_thread(facts.record, project)
    await in_thread(bells.settle, 10.0)  # whatever came before, now they are heard
    caplog.clear()
    own_redis.kill()
    for _ in range(5):
        await in_thread(facts.record, project)
    await in_thread(bells.settle, 10.0)
    own_redis.start()
    lines = [record for record in caplog.records if record.name == "projects.feed.bells"]
    assert len(lines) == 1
