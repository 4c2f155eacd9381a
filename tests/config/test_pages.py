"""Requests in their threads: who waits keeps nobody out, and whatever is begun is ended."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path, reverse

from config import csp
from config.asgi import site
from config.pages import Pages
from projects.services import tokens
from tests import connections
from tests.people import gather

PATIENCE = 10.0


class Stage:
    """What the views below did, and what they wait for."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.may_go_on = threading.Event()
        self.begun, self.closed = 0, 0
        self.threads: list[str] = []


stage = Stage()


def at_once(request: HttpRequest) -> HttpResponse:
    stage.threads.append(threading.current_thread().name)
    return HttpResponse("here")


def where(request: HttpRequest) -> HttpResponse:
    return HttpResponse(reverse("at_once"))


def in_time(request: HttpRequest) -> HttpResponse:
    stage.begun += 1
    assert stage.may_go_on.wait(PATIENCE)
    return HttpResponse("at last")


def in_pieces(request: HttpRequest) -> StreamingHttpResponse:
    return _streamed(_pieces())


def in_pieces_in_time(request: HttpRequest) -> StreamingHttpResponse:
    stage.begun += 1
    assert stage.may_go_on.wait(PATIENCE)
    return _streamed(_pieces())


def broken(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"so far"
        raise ValueError("no further")

    return _streamed(pieces())


def _streamed(pieces: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces)
    response._resource_closers.append(_count_closed)  # type: ignore[attr-defined]  # as Django adds its own
    return response


def _count_closed() -> None:
    stage.closed += 1


async def _pieces() -> AsyncIterator[bytes]:
    while True:
        yield b"piece"
        await asyncio.sleep(0.001)


views = (at_once, where, in_time, in_pieces, in_pieces_in_time, broken)
urlpatterns = [path("livez", at_once), *(path(f"{view.__name__}/", view, name=view.__name__) for view in views)]


@pytest.fixture
def pages(settings: Any) -> Iterator[Pages]:
    settings.ROOT_URLCONF = __name__
    stage.clear()
    pages = Pages()
    yield pages
    stage.may_go_on.set()
    pages.threads.shutdown()


def asked(application: Any, address: str, **headers: str) -> ApplicationCommunicator:
    pairs = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": "http", "method": "GET", "path": address, "query_string": b"", "headers": pairs}
    return ApplicationCommunicator(application, scope)


async def begin(application: Any, address: str, **headers: str) -> ApplicationCommunicator:
    one = asked(application, address, **headers)
    await one.send_input({"type": "http.request"})
    return one


async def answer(one: ApplicationCommunicator) -> tuple[int, bytes]:
    start = await one.receive_output(PATIENCE)
    body = await one.receive_output(PATIENCE)
    await one.wait(PATIENCE)
    return start["status"], body["body"]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0.001)


async def test_an_answer_comes_from_a_thread_with_what_the_layers_add(pages: Pages) -> None:
    one = await begin(pages, "/at_once/")
    start = await one.receive_output(PATIENCE)
    assert dict(start["headers"])[b"Content-Security-Policy"] == csp.policy().encode()
    assert (await one.receive_output(PATIENCE))["body"] == b"here"
    assert stage.threads[0].startswith("page")


async def test_who_waits_for_something_keeps_nobody_out(pages: Pages) -> None:
    waiting = [await begin(pages, "/in_time/") for _ in range(12)]
    await until(lambda: stage.begun == 12)
    assert await answer(await begin(pages, "/at_once/")) == (200, b"here")
    stage.may_go_on.set()
    assert [await answer(one) for one in waiting] == [(200, b"at last")] * 12
    assert pages.admission.inside == set()


async def test_that_it_lives_is_told_however_many_wait(pages: Pages) -> None:
    waiting = [await begin(pages, "/in_time/") for _ in range(pages.admission.many + 5)]
    await until(lambda: stage.begun == pages.admission.many)
    assert await answer(await begin(pages, "/livez")) == (200, b"here")
    stage.may_go_on.set()
    assert {await answer(one) for one in waiting} == {(200, b"at last")}


async def test_a_place_is_given_back_when_there_is_no_thread(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pages.threads, "submit", refuse)
    one = await begin(pages, "/at_once/")
    with pytest.raises(RuntimeError, match="new thread"):
        await one.wait(PATIENCE)
    assert pages.admission.inside == set()


async def test_no_header_moves_the_site_to_another_root(pages: Pages) -> None:
    one = asked(pages, "/where/")
    one.scope["root_path"] = "https://elsewhere.example"
    await one.send_input({"type": "http.request"})
    assert await answer(one) == (200, b"/at_once/")


async def test_a_stream_ends_with_its_reader(pages: Pages) -> None:
    one = await begin(pages, "/in_pieces/")
    assert (await one.receive_output(PATIENCE))["status"] == 200
    assert (await one.receive_output(PATIENCE))["body"] == b"piece"
    await one.send_input({"type": "http.disconnect"})
    await one.wait(PATIENCE)
    assert (stage.closed, pages.admission.inside) == (1, set())


async def test_what_nobody_waits_for_any_more_is_closed_when_it_comes(pages: Pages) -> None:
    one = await begin(pages, "/in_pieces_in_time/")
    await until(lambda: stage.begun == 1)
    one.stop(exceptions=False)
    stage.may_go_on.set()
    await until(lambda: (stage.closed, pages.admission.inside) == (1, set()))


async def test_a_stream_that_breaks_is_no_whole_answer(pages: Pages) -> None:
    one = await begin(pages, "/broken/")
    assert (await one.receive_output(PATIENCE))["status"] == 200
    assert (await one.receive_output(PATIENCE))["body"] == b"so far"
    with pytest.raises(ValueError, match="no further"):
        await one.wait(PATIENCE)
    assert stage.closed == 1


async def test_who_is_gone_before_the_request_is_read_gets_nothing_done(pages: Pages) -> None:
    one = asked(pages, "/at_once/")
    await one.send_input({"type": "http.disconnect"})
    await one.wait(PATIENCE)
    assert stage.threads == []


@pytest.fixture
def stream(transactional_db: None) -> dict[str, str]:
    """Where events are read, and as who."""
    people = gather()
    secret = tokens.create(user=people.owner, name="reader", scopes=["read"])[1]
    address = f"/api/v2/projects/{people.project.pk}/events"
    connections.settle()
    return {"address": address, "authorization": f"Bearer {secret}", "accept": "text/event-stream"}


async def test_an_open_stream_holds_no_connection(stream: dict[str, str]) -> None:
    """Of the pool, that is; a thread of this server keeps its own to a file."""
    one = await begin(site, **stream)
    assert (await one.receive_output(PATIENCE))["status"] == 200
    assert (await one.receive_output(PATIENCE))["body"] == b": here\n\n"
    await until(lambda: connections.out() == 0)
    await one.send_input({"type": "http.disconnect"})
    await one.wait(PATIENCE)
