"""The heartbeat of a job, beat by beat: with the database there, gone for a moment, and gone for too long."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError

from agents.engine import heartbeat
from agents.engine.heartbeat import Heartbeat
from tests.installation import wait_for


class Rows:
    """What the heart asks, and whether anybody answers."""

    def __init__(self) -> None:
        self.is_there, self.is_ours, self.asked = True, True, ""
        self.extended: list[float] = []

    def extend(self) -> bool:
        self._answer()
        self.extended.append(time.monotonic())
        return self.is_ours

    def ask(self) -> str | None:
        self._answer()
        return self.asked if self.is_ours else None

    def _answer(self) -> None:
        if not self.is_there:
            raise OperationalError("server closed the connection unexpectedly\nThis probably means")


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def heart_of(rows: Rows) -> Callable[[float], Heartbeat]:
    return lambda seconds: Heartbeat(extend=rows.extend, ask=rows.ask, seconds=seconds, intent="")


def test_what_is_asked_is_seen_and_the_lease_is_not_extended_at_each_look(rows: Rows, heart_of) -> None:
    heart = heart_of(60)
    heart.look()
    rows.asked = "pause"
    heart.look()
    assert (heart.intent, rows.extended) == ("pause", [])


def test_the_lease_is_extended_when_a_third_of_it_is_over(rows: Rows, heart_of) -> None:
    heart = heart_of(0)
    heart.look()
    heart.look()
    assert len(rows.extended) == 2


def test_a_lease_that_is_anothers_ends_it(rows: Rows, heart_of) -> None:
    heart = heart_of(60)
    rows.is_ours = False
    heart.look()
    assert heart.intent is None


def test_a_moment_without_the_database_costs_nothing(rows: Rows, heart_of, caplog: pytest.LogCaptureFixture) -> None:
    heart = heart_of(60)
    rows.is_there = False
    heart.look()
    heart.look()
    assert heart.intent == ""
    rows.is_there, rows.asked = True, "cancel"
    heart.look()
    assert heart.intent == "cancel"
    assert len(rows.extended) == 1, "at once, whatever is left of the lease"
    assert len(caplog.records) == 1
    assert "This probably means" not in caplog.text


def test_without_it_for_a_whole_lease_the_job_is_not_surely_ours(rows: Rows, heart_of) -> None:
    heart = heart_of(0.2)
    rows.is_there = False
    wait_for(lambda: heart.look() or heart.intent is None, seconds=5, what="the heart to give up")
    rows.is_there = True
    assert heart.intent is None


def test_what_nobody_foresaw_ends_it(heart_of, monkeypatch: pytest.MonkeyPatch) -> None:
    heart = Heartbeat(extend=lambda: True, ask=lambda: str(1 / 0), seconds=60, intent="")
    heart.look()
    assert heart.intent is None


@pytest.mark.django_db
def test_it_beats_until_it_is_told_to_end_or_has_lost(rows: Rows, heart_of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "LOOK_EVERY", 0.01)
    heart, ended = heart_of(0), threading.Event()
    thread = threading.Thread(target=heart.run, args=(ended,))
    thread.start()
    wait_for(lambda: len(rows.extended) > 2, seconds=5, what="some beats")
    ended.set()
    thread.join(5)
    assert not thread.is_alive()
    rows.is_ours = False
    heart.run(threading.Event())
    assert heart.intent is None
