"""Bells for whoever holds a socket open as somebody: in each of their projects, and once it is committed."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import transaction

from projects.feed import bells
from projects.models import Project
from projects.services import projects, sockets
from tests import people as people_of_tests
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


async def rung(act: Callable[[], None], *about: Project, last: Project) -> list[str]:
    """The projects whose bell rings, in order; that of `last` is rung after all others."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel("test")
    assert await sync_to_async(bells.settle)(10)  # those of the making of the projects
    for project in (*about, last):
        await layer.group_add(bells.group(project.pk), channel)
    await sync_to_async(act)()
    bells.ring_members(last.pk)
    heard: list[str] = []
    while str(last.pk) not in heard:
        message = await layer.receive(channel)
        assert message["type"] == "feed.members"
        heard.append(message["project"])
    return heard[:-1]


def _undone(user_id: int) -> None:
    with transaction.atomic():
        sockets.ask_again(user_id)
        transaction.set_rollback(True)


async def test_it_rings_in_each_of_their_projects_and_in_no_other(people: People) -> None:
    own = await sync_to_async(projects.create)(name="Pond", by=people.editor)
    other = await sync_to_async(projects.create)(name="Shed", by=people.stranger)
    heard = await rung(lambda: sockets.ask_again(people.editor.pk), people.project, own, last=other)
    assert sorted(heard) == sorted([str(people.project.pk), str(own.pk)])


async def test_what_is_undone_rings_nothing(people: People) -> None:
    other = await sync_to_async(projects.create)(name="Shed", by=people.stranger)
    assert await rung(lambda: _undone(people.editor.pk), people.project, last=other) == []
