"""The hub against a real channel layer and a database that several threads write to."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection

from projects import feed, threads
from projects.feed import hub, rooms
from projects.feed.followers import Follower
from projects.feed.hub import Hub
from projects.feed.rendering import Hint, Rendered
from projects.models import Project
from projects.services import projects
from tests import people as people_of_tests
from tests.projects.feed import facts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(transactional_db: None) -> Project:
    return people_of_tests.gather().project


@pytest.fixture
async def hall(project: Project) -> AsyncIterator[Hub]:
    """The hub of this test, left empty."""
    hall = hub.current()
    yield hall
    for room in list(hall.rooms.values()):
        for follower in list(room.followers):
            await hall.leave(follower)
    assert hall.rooms == {}


async def events(follower: Follower, count: int) -> list[int]:
    """The numbers of the next so many events."""
    seen: list[int] = []
    async with asyncio.timeout(30):
        while len(seen) < count:
            seen += [item.seq for item in await follower.next() if isinstance(item, Rendered)]
    return seen


async def in_thread(function: Callable[..., object], *arguments: object) -> None:
    await threads.in_thread(function, *arguments)


async def test_what_is_recorded_arrives(hall: Hub, project: Project):
    follower = await hall.join(project.pk)
    await in_thread(facts.record, project)
    assert await events(follower, 1) == [1]


async def test_somebody_behind_is_given_what_they_missed(hall: Hub, project: Project):
    await in_thread(facts.record_silently, project, 250)
    follower = await hall.join(project.pk, after=3)
    assert await events(follower, 247) == list(range(4, 251))
    from_now = await hall.join(project.pk)
    assert from_now.seq == 250


async def test_a_lost_bell_costs_a_moment(hall: Hub, project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rooms, "LOOK_SECONDS", 0.05)
    follower = await hall.join(project.pk, after=0)
    await in_thread(facts.record_silently, project, 3)
    assert await events(follower, 3) == [1, 2, 3]


async def test_a_page_that_is_ahead_of_us_makes_us_look(hall: Hub, project: Project):
    first = await hall.join(project.pk, after=0)
    await in_thread(facts.record_silently, project, 2)
    second = await hall.join(project.pk, after=2)
    assert second.behind == 0
    assert await events(first, 2) == [1, 2]


async def test_coming_back_goes_on_where_it_stopped(hall: Hub, project: Project):
    follower = await hall.join(project.pk, after=0)
    await in_thread(facts.record, project)
    assert await events(follower, 1) == [1]
    await hall.leave(follower)
    assert hall.rooms == {}
    await in_thread(facts.record, project)
    await in_thread(facts.record, project)
    again = await hall.join(project.pk, after=follower.seq)
    assert await events(again, 2) == [2, 3]


async def test_hints_reach_everybody_and_are_not_kept(hall: Hub, project: Project):
    one, two = await hall.join(project.pk), await hall.join(project.pk)
    await in_thread(feed.hint, project.pk, "log_line", {"text": "hello"})
    for follower in (one, two):
        async with asyncio.timeout(30):
            assert await follower.next() == [Hint({"type": "log_line", "text": "hello"})]
    assert (await hall.join(project.pk)).hints == one.hints


async def test_a_reader_that_sleeps_keeps_only_the_newest_hints(hall: Hub, project: Project):
    sleeper, reader = await hall.join(project.pk), await hall.join(project.pk)
    for number in range(300):
        await in_thread(feed.hint, project.pk, "log_line", {"number": number})
    last: object = None
    async with asyncio.timeout(30):
        while last != 299:
            last = (await reader.next())[-1].payload["number"]  # type: ignore[union-attr]  # it is there, or the test fails
    assert [hint.payload["number"] for hint in sleeper.hints] == list(range(100, 300))


async def test_other_projects_are_not_heard(hall: Hub, project: Project):
    other = await sync_to_async(projects.create)(name="Other", by=project.owner)
    follower, stranger = await hall.join(project.pk), await hall.join(other.pk)
    await in_thread(facts.record, project)
    assert await events(follower, 1) == [1]
    assert stranger.room.head == 0
    assert not stranger.wake.is_set()


class FlakyLayer:
    """The layer of this shape, which breaks once and forgets who listened."""

    def __init__(self) -> None:
        self.layer: Any = get_channel_layer()
        self.broken = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.layer, name)

    async def receive(self, channel: str) -> dict[str, object]:
        if not self.broken:
            self.broken = 1
            await self.layer.flush()
            raise ConnectionResetError
        message: dict[str, object] = await self.layer.receive(channel)
        return message


async def test_a_broken_layer_is_subscribed_to_again(project: Project, monkeypatch: pytest.MonkeyPatch):
    flaky = FlakyLayer()
    monkeypatch.setattr(rooms, "get_channel_layer", lambda: flaky)
    monkeypatch.setattr(rooms, "AGAIN_SECONDS", 0.01)
    hall = Hub()
    follower = await hall.join(project.pk, after=0)
    await in_thread(facts.record, project)
    assert await events(follower, 1) == [1]
    assert flaky.broken == 1
    async with asyncio.timeout(30):
        while not follower.room._channel:
            await asyncio.sleep(0.01)
    await in_thread(feed.hint, project.pk, "log_line", {})
    async with asyncio.timeout(30):
        assert await follower.next() == [Hint({"type": "log_line"})]
    await hall.leave(follower)


async def test_a_hundred_readers_get_everything_once_and_in_order(hall: Hub, project: Project):
    followers = [await hall.join(project.pk, after=0) for _ in range(100)]
    assert len(hall.rooms) == 1

    def write(number: int) -> None:
        for turn in range(25):
            facts.record(project, number * 25 + turn)
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    seen = await asyncio.gather(*(events(follower, 100) for follower in followers))
    for writer in writers:
        await asyncio.to_thread(writer.join, 30)
    assert seen == [list(range(1, 101))] * 100


async def test_an_event_is_rendered_once_for_all_readers(hall: Hub, project: Project):
    one, two = await hall.join(project.pk), await hall.join(project.pk)
    await in_thread(facts.record, project)
    async with asyncio.timeout(30):
        [first], [second] = await one.next(), await two.next()
    assert first is second


async def test_one_far_behind_the_ring_reads_the_log(hall: Hub, project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rooms, "RING", 5)
    follower, slow = await hall.join(project.pk), await hall.join(project.pk)
    for _ in range(12):
        await in_thread(facts.record, project)
    assert await events(follower, 12) == list(range(1, 13))
    assert len(slow.room.ring) == 5
    assert await events(slow, 12) == list(range(1, 13))


@pytest.mark.parametrize("after", [5, 6, 7, 8])
async def test_nothing_is_lost_at_the_edge_of_the_ring(
    hall: Hub, project: Project, monkeypatch: pytest.MonkeyPatch, after: int
):
    monkeypatch.setattr(rooms, "RING", 5)
    first = await hall.join(project.pk)
    for _ in range(12):
        await in_thread(facts.record, project)
    await events(first, 12)
    assert first.room.ring[0].seq == 8
    follower = await hall.join(project.pk, after=after)
    assert await events(follower, 12 - after) == list(range(after + 1, 13))
