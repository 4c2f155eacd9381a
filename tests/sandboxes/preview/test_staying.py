"""What stays open ends soon after the right to see it: sockets, and answers that go on."""

import asyncio

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import DatabaseError

from projects.enums import Role
from projects.models import Member, User
from projects.services import members
from projects.threads import in_thread
from sandboxes.models import Sandbox
from sandboxes.preview import staying, targets
from sandboxes.preview.app import app
from sandboxes.preview.passes import Guest
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, cookie_of, owner_of, socket

STREAMING = {
    **apps.FLASK,
    "app.py": apps.FLASK["app.py"] + "\n\nimport time\nfrom flask import Response\n\n\n"
    'def ticking():\n    while True:\n        yield "data: tick\\n\\n"\n        time.sleep(0.1)\n\n\n'
    '@app.get("/ticks")\ndef ticks():\n    return Response(ticking(), mimetype="text/event-stream")\n',
}


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staying, "EVERY", 0.2)
    monkeypatch.setattr(staying, "_SHARED", 0.1)
    staying._answers.clear()


@pytest.fixture
def bob(alice: User) -> User:
    return User.objects.create_user("bob@example.com", name="Bob")


def joined(sandbox: Sandbox, bob: User) -> str:
    Member.objects.create(project=sandbox.project, user=bob, role=Role.VIEWER)
    return cookie_of(sandbox, Guest(user=bob.pk))


def test_an_open_question_is_asked_no_more_often_than_it_serves(
    visitor: Visitor, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    garden = make_app(apps.STATIC)
    target = visitor.run(targets.find(garden.label, owner_of(garden)))
    assert target is not None
    monkeypatch.setattr(staying, "_SHARED", 60.0)
    asked = []
    is_let = targets.is_let

    async def counted(target: targets.Target) -> bool:
        asked.append(target)
        return await is_let(target)

    monkeypatch.setattr(targets, "is_let", counted)

    async def many() -> list[bool]:
        return [await staying._is_let(target) for _ in range(5)]

    assert visitor.run(many()) == [True] * 5
    assert len(asked) == 1


def test_a_database_that_does_not_answer_throws_nobody_out(
    visitor: Visitor, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    garden = make_app(apps.STATIC)
    target = visitor.run(targets.find(garden.label, owner_of(garden)))
    assert target is not None

    async def broken(target: targets.Target) -> bool:
        raise DatabaseError

    monkeypatch.setattr(targets, "is_let", broken)
    assert visitor.run(staying._is_let(target)) is True


def test_what_is_inside_breaks_off_and_what_fails_inside_fails_as_it_would(
    visitor: Visitor, make_app: MakeApp, bob: User
) -> None:
    garden = make_app(apps.STATIC)
    joined(garden, bob)
    target = visitor.run(targets.find(garden.label, Guest(user=bob.pk)))
    assert target is not None

    async def late() -> None:
        async with staying.let(target):
            raise TimeoutError("the app's own")

    with pytest.raises(TimeoutError, match="the app's own"):
        visitor.run(late())
    members.leave(garden.project, by=bob)

    async def forever() -> None:
        async with staying.let(target):
            await asyncio.Event().wait()

    with pytest.raises(staying.Ended):
        visitor.run(asyncio.wait_for(forever(), 10))


@pytest.mark.box
def test_a_socket_of_somebody_who_left_is_closed_and_those_of_others_stay(
    visitor: Visitor, make_app: MakeApp, bob: User
) -> None:
    tally = make_app(apps.REACT)
    waking.wake(str(tally.pk))
    cookie = joined(tally, bob)
    token = visitor.get(tally, "/@vite/client").text.split('wsToken = "', 1)[1].split('"', 1)[0]

    async def watch() -> tuple[int, bool]:
        path = f"/?token={token}"
        mine, bobs = socket(tally, path, "vite-hmr"), socket(tally, path, "vite-hmr", cookie=cookie)
        for page in (mine, bobs):
            assert await page.connect(15) == (True, "vite-hmr")
            await page.receive_output(15)
        await in_thread(members.leave, tally.project, by=bob)
        code = (await bobs.receive_output(15))["code"]
        stays = await mine.receive_nothing(1)
        await mine.disconnect(timeout=15)
        return code, stays

    assert visitor.run(watch()) == (staying.ENDED, True)
    assert visitor.run(_knock(tally, f"/?token={token}", cookie)) == (False, staying.ENDED)
    assert visitor.run(_knock(tally, f"/?token={token}", "")) == (False, staying.ENDED)


async def _knock(sandbox: Sandbox, path: str, cookie: str) -> tuple[bool, int]:
    is_open, code = await socket(sandbox, path, "vite-hmr", cookie=cookie).connect(15)
    return bool(is_open), int(code)


@pytest.mark.box
def test_a_stream_of_somebody_who_left_breaks_off(visitor: Visitor, make_app: MakeApp, bob: User) -> None:
    ticker = make_app(STREAMING)
    waking.wake(str(ticker.pk))
    cookie = joined(ticker, bob)

    async def listen() -> None:
        lines = [(b"host", f"p-{ticker.label}.localhost".encode()), (b"cookie", cookie.encode())]
        asked = {"type": "http", "method": "GET", "path": "/ticks", "query_string": b"", "headers": lines}
        page = ApplicationCommunicator(app, asked)
        await page.send_input({"type": "http.request", "body": b"", "more_body": False})
        assert (await page.receive_output(15))["status"] == 200
        assert b"tick" in (await page.receive_output(15))["body"]
        await in_thread(members.leave, ticker.project, by=bob)
        async with asyncio.timeout(60):
            while True:
                await page.receive_output(4)

    with pytest.raises(ConnectionResetError):
        visitor.run(listen())
