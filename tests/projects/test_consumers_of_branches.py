"""Two pages of one project, each of another branch, over real sockets."""

import pytest
from asgiref.sync import sync_to_async

from projects import feed
from projects.feed import hub
from projects.services import branches
from tests import people as people_of_tests
from tests.people import People
from tests.projects.feed import facts
from tests.projects.feed.sockets import ORIGIN, Socket, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


async def page(people: People, query: str) -> Socket:
    cookie = await sync_to_async(cookie_of)(people.viewer)
    address = f"/live/projects/{people.project.pk}/?after=0{query}"
    return await Socket(address, {"origin": ORIGIN, "cookie": cookie}).open()


async def test_each_is_shown_what_is_its_own_and_told_the_number_of_the_rest(people: People):
    night = await sync_to_async(branches.create)(people.project, "night", by=people.owner)
    sockets = [await page(people, query) for query in (f"&branch={people.main.pk}", f"&branch={night.pk}", "")]
    await sync_to_async(facts.record)(people.project, 1, "a", branch=people.main)
    await sync_to_async(facts.record)(people.project, 2, "b", branch=night)
    await sync_to_async(facts.record)(people.project, 3, "c")
    shown = []
    for socket in sockets:
        frames = [await socket.frame() for _ in range(4)]
        assert [frame["seq"] for frame in frames] == [1, 2, 3, 4]  # the first tells of the branch
        shown.append([name for name, frame in zip("-abc", frames, strict=True) if f"version-{name}" in frame["html"]])
        await socket.leave()
    assert shown == [["a", "c"], ["b", "c"], ["a", "b", "c"]]
    assert hub.current().rooms == {}


async def test_what_passes_is_hinted_where_it_belongs(people: People):
    night = await sync_to_async(branches.create)(people.project, "night", by=people.owner)
    socket = await page(people, f"&branch={night.pk}")
    await socket.frame()
    hint = sync_to_async(feed.hint)
    await hint(people.project.pk, "log_line", {"text": "by day"}, branch_id=people.main.pk)
    await hint(people.project.pk, "log_line", {"text": "by night"}, branch_id=night.pk)
    await hint(people.project.pk, "log_line", {"text": "always"})
    said = [(await socket.frame())["hint"] for _ in range(2)]
    assert said == [{"type": "log_line", "text": text} for text in ("by night", "always")]
    await socket.leave()
