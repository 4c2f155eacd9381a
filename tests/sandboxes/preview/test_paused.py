"""Visitors of an app whose box stands still: they get the app, not a page that says to wait."""

import asyncio
import time
from collections.abc import Callable

import pytest

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox, addresses
from sandboxes.preview import visits
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, socket
from tests.sandboxes.runtime.standing import fresh, paused
from tests.sandboxes.runtime.test_lifecycle import kill_box, state_of_box

pytestmark = pytest.mark.box


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    return fresh(sandbox)


def test_a_visit_wakes_it_and_is_answered_by_the_app(visitor: Visitor, shelf: Sandbox) -> None:
    assert visitor.get(shelf).status_code == 200
    paused(shelf)
    began = time.monotonic()
    page = visitor.get(shelf)
    assert (page.status_code, "A shelf of books" in page.text) == (200, True)
    assert time.monotonic() - began < 2
    assert (state_of_box(shelf), fresh(shelf).state) == ("running", SandboxState.READY)
    assert visitor.woken == []


def test_many_visits_at_once_are_all_answered(visitor: Visitor, shelf: Sandbox) -> None:
    paused(shelf)

    async def visit() -> list[int]:
        url = addresses.url(shelf.label)
        return [page.status_code for page in await asyncio.gather(*(visitor._ask("GET", url, {}) for _ in range(12)))]

    assert visitor.run(visit()) == [200] * 12


def test_a_box_killed_while_it_stood_still_is_asked_to_be_made_again(visitor: Visitor, shelf: Sandbox) -> None:
    paused(shelf)
    kill_box(shelf)
    page = visitor.get(shelf)
    assert (page.status_code, "Waking the app" in page.text) == (503, True)
    assert visitor.woken == [shelf]


def test_a_box_paused_under_a_visit_goes_on(
    visitor: Visitor, shelf: Sandbox, overtaken: Callable[[Sandbox], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "_noted", {})
    overtaken(shelf)
    paused(shelf)
    began = time.monotonic()
    assert visitor.get(shelf).status_code == 200
    assert time.monotonic() - began < 10
    assert (state_of_box(shelf), fresh(shelf).state) == ("running", SandboxState.READY)


def test_a_socket_to_a_box_that_was_paused_meanwhile_is_closed_at_once(
    visitor: Visitor, shelf: Sandbox, overtaken: Callable[[Sandbox], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "_watched", {})
    overtaken(shelf)
    paused(shelf)

    async def knock() -> tuple[bool, int]:
        connected, code = await socket(shelf, "/").connect(10)
        return bool(connected), int(code)

    assert visitor.run(knock()) == (False, 4404)
    assert state_of_box(shelf) == "paused"


def test_a_socket_wakes_nothing(visitor: Visitor, shelf: Sandbox) -> None:
    paused(shelf)

    async def knock() -> bool:
        connected, _ = await socket(shelf, "/").connect(timeout=15)
        return bool(connected)

    assert visitor.run(knock()) is False
    assert state_of_box(shelf) == "paused"


def test_an_open_connection_says_that_somebody_watches(
    visitor: Visitor, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = make_app(apps.ODD)
    waking.wake(str(odd.pk))
    visitor.get(odd, "/ticks")
    assert fresh(odd).watched_at is None
    monkeypatch.setattr(visits, "_NOTE_EVERY", 0.2)
    assert visitor.get(odd, "/ticks").text.count("data:") == 3
    assert fresh(odd).watched_at is not None
