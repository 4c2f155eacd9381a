"""Who puts an app's packages in place: one at a time."""

import threading

import pytest
from django.db import connection

from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Sandbox
from sandboxes.runtime import turns
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    return make_app(apps.STATIC)


def held(sandbox: Sandbox, until: threading.Event) -> threading.Thread:
    """Somebody else, at it until told otherwise."""
    began = threading.Event()

    def work() -> None:
        began.set()
        until.wait(30)

    def take() -> None:
        try:
            assert turns.take(sandbox, work)
        finally:
            connection.close()

    thread = threading.Thread(target=take)
    thread.start()
    assert began.wait(30)
    return thread


def test_who_comes_second_leaves_it_or_waits(shelf: Sandbox) -> None:
    ended = threading.Event()
    order: list[str] = []
    other = held(shelf, ended)
    assert not turns.take(shelf, lambda: order.append("too early"))

    def release() -> None:
        order.append("other")
        ended.set()

    threading.Timer(0.3, release).start()
    turns.wait(shelf, lambda: order.append("mine"))
    other.join(30)
    assert order == ["other", "mine"]


def test_waiting_can_be_stopped_and_ends_by_itself(shelf: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    other = held(shelf, ended)
    with pytest.raises(Stopped):
        turns.wait(shelf, lambda: 1, should_stop=lambda: True)
    monkeypatch.setattr(turns, "_PATIENCE", 0.0)
    with pytest.raises(SandboxLost, match="for too long"):
        turns.wait(shelf, lambda: 1)
    ended.set()
    other.join(30)


def test_what_fails_gives_the_turn_back(shelf: Sandbox) -> None:
    with pytest.raises(ZeroDivisionError):
        turns.wait(shelf, lambda: 1 // 0)
    assert turns.wait(shelf, lambda: 2) == 2


def test_another_app_has_its_own(make_app: MakeApp, shelf: Sandbox) -> None:
    ended = threading.Event()
    other = held(shelf, ended)
    assert turns.take(make_app(apps.STATIC), lambda: None)
    ended.set()
    other.join(30)
