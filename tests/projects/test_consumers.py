"""The HTML feed, spoken to as browsers and programs do."""

import asyncio
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session

from projects import consumers, feed
from projects.consumers import LiveFeed
from projects.enums import Role
from projects.feed import hub
from projects.models import Member, Project, User
from projects.services import members, projects, tokens
from tests import people as people_of_tests
from tests.people import People
from tests.projects.feed import facts
from tests.projects.feed.sockets import ORIGIN, Socket, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


async def page(project: Project, user: User, after: int | None = 0) -> Socket:
    """The socket of a page of the dashboard."""
    cookie = await sync_to_async(cookie_of)(user)
    query = "" if after is None else f"?after={after}"
    return await Socket(f"/live/projects/{project.pk}/{query}", {"origin": ORIGIN, "cookie": cookie}).open()


async def record(project: Project, number: int = 1) -> None:
    await sync_to_async(facts.record)(project, number)


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
async def test_a_member_gets_what_was_missed_and_what_comes(people: People, role: str):
    await record(people.project, 1)
    socket = await page(people.project, people.by_role(role))
    first = await socket.frame()
    await record(people.project, 2)
    second = await socket.frame()
    assert (first["seq"], second["seq"]) == (1, 2)
    assert 'id="version-c2"' in second["html"]
    await socket.leave()
    assert hub.current().rooms == {}


@pytest.mark.parametrize("after", [None, "", "x", "-1", "1" * 30, "²"])
async def test_a_page_that_does_not_say_where_it_is_gets_what_comes(people: People, after: Any):
    await record(people.project, 1)
    socket = await page(people.project, people.viewer, after)
    # It follows once a hint comes through.
    frame = await _frame_of_hint(socket, people.project)
    assert frame == {"hint": {"type": "log_line", "text": "x"}}
    await record(people.project, 2)
    assert (await _skip_hints(socket))["seq"] == 2
    await socket.leave()


async def _frame_of_hint(socket: Socket, project: Project) -> dict[str, Any]:
    answer = asyncio.ensure_future(socket.frame())
    async with asyncio.timeout(30):
        while not answer.done():
            await sync_to_async(feed.hint)(project.pk, "log_line", {"text": "x"})
            await asyncio.wait([answer], timeout=0.05)
    return answer.result()


async def _skip_hints(socket: Socket) -> dict[str, Any]:
    frame = await socket.frame()
    while "hint" in frame:
        frame = await socket.frame()
    return frame


async def test_a_page_far_behind_is_told_to_reload(people: People):
    await sync_to_async(facts.record_silently)(people.project, 501)
    socket = await page(people.project, people.viewer, 0)
    assert await socket.frame() == {"reload": True}
    assert await socket.code() == 1000
    near = await page(people.project, people.viewer, 1)
    assert [(await near.frame())["seq"] for _ in range(500)] == list(range(2, 502))
    await near.leave()


async def test_a_page_from_another_life_is_told_to_reload(people: People):
    socket = await page(people.project, people.viewer, 7)
    assert await socket.frame() == {"reload": True}
    assert await socket.code() == 1000


async def test_who_is_not_signed_in_is_told_so(people: People):
    address = f"/live/projects/{people.project.pk}/"
    for headers in ({}, {"cookie": "djinn_session=nonsense"}, {"cookie": "a=b; c"}):
        socket = await Socket(address, {"origin": ORIGIN, **headers}).open()
        assert await socket.code() == 4401


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://p-abc.localhost:8000", "http://testserver:81", "http://evil.example", "ftp://testserver"],
)
async def test_a_page_that_is_not_ours_is_refused(people: People, origin: str | None):
    cookie = await sync_to_async(cookie_of)(people.owner)
    headers = {"cookie": cookie} | ({"origin": origin} if origin else {})
    socket = await Socket(f"/live/projects/{people.project.pk}/", headers).open()
    assert await socket.code() == 4403


async def test_a_trusted_origin_is_ours(people: People, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://djinn.example"]
    cookie = await sync_to_async(cookie_of)(people.owner)
    headers = {"cookie": cookie, "origin": "https://djinn.example"}
    await record(people.project)
    socket = await Socket(f"/live/projects/{people.project.pk}/?after=0", headers).open()
    assert (await socket.frame())["seq"] == 1
    await socket.leave()


async def test_what_one_may_not_see_is_unknown(people: People):
    assert await (await page(people.project, people.stranger)).code() == 4404
    nowhere = Project(pk=uuid.uuid4())
    assert await (await page(nowhere, people.owner)).code() == 4404


async def test_a_program_needs_a_token_and_no_origin(people: People):
    _, secret = await sync_to_async(tokens.create)(user=people.viewer, name="x", scopes=["read"])
    await record(people.project)
    socket = await Socket(f"/live/projects/{people.project.pk}/?after=0", {"authorization": f"Bearer {secret}"}).open()
    assert (await socket.frame())["seq"] == 1
    await socket.leave()


async def test_a_program_with_a_wrong_token_is_refused(people: People):
    _, blind = await sync_to_async(tokens.create)(user=people.viewer, name="x", scopes=["write"])
    for secret, code in (("djinn_x_y", 4401), (blind, 4403)):
        address = f"/live/projects/{people.project.pk}/"
        socket = await Socket(address, {"authorization": f"Bearer {secret}"}).open()
        assert await socket.code() == code


async def test_a_removed_member_has_to_leave_at_once(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(LiveFeed, "ask_seconds", 3600)
    await record(people.project)
    socket = await page(people.project, people.viewer)
    await socket.frame()
    member = await Member.objects.aget(user=people.viewer)
    await sync_to_async(member.delete)()
    assert await socket.code() == 4403


async def test_a_member_whose_role_changes_may_stay(people: People):
    socket = await page(people.project, people.viewer)
    member = await Member.objects.aget(user=people.viewer)
    member.role = Role.EDITOR
    await sync_to_async(member.save)()
    await record(people.project)
    assert (await socket.frame())["seq"] == 1
    await socket.leave()


@pytest.mark.parametrize("way", ["removed", "left"])
async def test_who_is_taken_out_of_a_project_or_leaves_it_is_sent_away_at_once(people: People, way: str):
    await record(people.project)
    socket = await page(people.project, people.viewer)
    await socket.frame()  # in, and not on the way in
    member = await Member.objects.select_related("user").aget(user=people.viewer)
    if way == "removed":
        await sync_to_async(members.remove)(member, by=people.owner)
    else:
        await sync_to_async(members.leave)(people.project, by=people.viewer)
    assert await _code_after_frames(socket) == 4403


async def test_pages_of_a_deleted_project_are_closed(people: People):
    await record(people.project)
    socket = await page(people.project, people.viewer)
    await socket.frame()
    await sync_to_async(projects.delete)(people.project, by=people.owner)
    assert await _code_after_frames(socket) == 4403


async def _code_after_frames(socket: Socket) -> int:
    """That somebody went may be heard before the door closes."""
    while (message := await socket.wire.receive_output(30))["type"] == "websocket.send":
        pass
    await socket.wire.wait(30)
    code: int = message["code"]
    return code


async def test_who_signed_out_has_to_leave(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(LiveFeed, "ask_seconds", 0.05)
    socket = await page(people.project, people.viewer)
    await Session.objects.all().adelete()
    assert await socket.code() == 4401


async def test_a_revoked_token_ends_its_sockets(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(LiveFeed, "ask_seconds", 0.05)
    token, secret = await sync_to_async(tokens.create)(user=people.viewer, name="x", scopes=["read"])
    socket = await Socket(f"/live/projects/{people.project.pk}/", {"authorization": f"Bearer {secret}"}).open()
    await sync_to_async(tokens.revoke)(token, by=people.viewer)
    assert await socket.code() == 4401


@pytest.mark.parametrize("huge", [{"text": "x" * 1025}, {"text": "é" * 600}, {"data": b"x" * 1025}])
async def test_what_is_too_long_is_refused(people: People, huge: dict[str, Any]):
    socket = await page(people.project, people.viewer)
    await socket.say(**huge)
    assert await socket.code() == 1009


async def test_talking_too_much_is_refused(people: People):
    socket = await page(people.project, people.viewer)
    for _ in range(21):
        await socket.say("hello")
    assert await socket.code() == 4429


async def test_what_a_page_says_is_not_listened_to(people: People):
    socket = await page(people.project, people.viewer)
    await socket.say('{"type": "stop_generation"}')
    await socket.say(data=b"\xff")
    await record(people.project)
    assert (await socket.frame())["seq"] == 1
    await socket.leave()


async def test_a_reader_that_takes_nothing_is_let_go_and_delays_nobody(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(LiveFeed, "send_seconds", 0.2)
    cookie = await sync_to_async(cookie_of)(people.viewer)
    arrived: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    stuck = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            stuck.set()
            await asyncio.Event().wait()
        await arrived.put(message)

    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    await incoming.put({"type": "websocket.connect"})
    scope = {
        "type": "websocket",
        "headers": [(b"host", b"testserver"), (b"origin", ORIGIN.encode()), (b"cookie", cookie.encode())],
        "query_string": b"after=0",
        "url_route": {"kwargs": {"project_id": people.project.pk}},
    }
    slow = asyncio.create_task(LiveFeed.as_asgi()(scope, incoming.get, send))
    quick = await page(people.project, people.viewer)
    await record(people.project, 1)
    assert (await quick.frame())["seq"] == 1
    async with asyncio.timeout(30):
        await stuck.wait()
        await record(people.project, 2)
        assert (await quick.frame())["seq"] == 2
        await slow
    assert [(await arrived.get()).get("code") for _ in range(2)] == [None, 1013]
    await quick.leave()


async def test_a_hundred_pages_see_the_same(people: People):
    sockets = await asyncio.gather(*(page(people.project, people.viewer) for _ in range(100)))
    for number in range(20):
        await record(people.project, number)
    for socket in sockets:
        assert [(await socket.frame())["seq"] for _ in range(20)] == list(range(1, 21))
    assert len(hub.current().rooms) == 1
    await asyncio.gather(*(socket.leave() for socket in sockets))
    assert hub.current().rooms == {}


def test_the_limit_of_a_page_is_what_the_hub_keeps():
    from projects.feed import rooms

    assert consumers.FAR == rooms.RING
