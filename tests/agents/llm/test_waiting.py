"""The four limits of a call, each on a real socket and each told apart in words."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from agents.errors import ModelFailure
from agents.llm.base import Limits
from tests.fakes.model_server import Script

WORDS = ("word ",) * 2000


def _fails(ask, limits: Limits, said: list[str] | None = None) -> tuple[str, str, bool]:
    with pytest.raises(ModelFailure) as failure:
        ask(limits=limits, said=said)
    return failure.value.code, failure.value.message, failure.value.retryable


@pytest.fixture
def full_house() -> Iterator[int]:
    """A port where nobody is let in any more: its queue is full, so a connection waits for ever."""
    with ExitStack() as open_ones:
        house = open_ones.enter_context(socket.socket())
        house.bind(("127.0.0.1", 0))
        house.listen(0)
        for _ in range(8):
            guest = open_ones.enter_context(socket.socket())
            guest.setblocking(False)
            guest.connect_ex(house.getsockname())
        yield house.getsockname()[1]


def test_a_server_that_lets_nobody_in_is_given_up(full_house, ask, settings):
    settings.DJINN_API_BASE = f"http://127.0.0.1:{full_house}/v1"
    told = _fails(ask, Limits(connect=0.5, first=20, between=20, total=60))
    assert told == ("timeout", "no connection within 0.5 seconds", True)


@pytest.mark.parametrize(
    "script",
    [Script(hang_before_headers=True), Script(hang_after=0), Script(first_pause=30)],
    ids=["not even headers", "headers and nothing more", "too late"],
)
def test_a_reply_that_does_not_begin_is_given_up(server, ask, script):
    server.will(script)
    told = _fails(ask, Limits(connect=5, first=0.5, between=20, total=60))
    assert told == ("timeout", "the reply did not begin within 0.5 seconds", True)
    assert server.wait_for_request().closed.wait(5)


def test_a_reply_that_stands_still_in_its_middle_is_given_up(server, ask):
    said: list[str] = []
    server.will(Script(hang_after=2))
    told = _fails(ask, Limits(connect=5, first=20, between=0.4, total=60), said)
    assert told == ("timeout", "the reply stood still for 0.4 seconds", True)
    assert said == ["Hello", ", "]
    assert server.wait_for_request().closed.wait(5)


def test_a_stream_that_never_pauses_still_meets_the_deadline(server, ask):
    server.will(Script(pieces=WORDS, pause=0.02))
    told = _fails(ask, Limits(connect=5, first=5, between=5, total=1))
    assert told == ("timeout", "no complete reply within 1 seconds", True)
    assert server.wait_for_request().closed.wait(5)


def test_a_slow_first_token_is_not_measured_by_the_pause_between_two(server, ask):
    server.will(Script(first_pause=1.0))
    assert ask(limits=Limits(connect=5, first=20, between=0.5, total=60)).text == "Hello, world"


def test_a_slow_reply_is_not_measured_by_its_first_token(server, ask):
    server.will(Script(pieces=WORDS[:20], pause=0.1))
    began = time.monotonic()
    assert ask(limits=Limits(connect=5, first=1.0, between=1.0, total=60)).text == "word " * 20
    assert time.monotonic() - began > 1.5


def test_thinking_aloud_is_a_sign_of_life(server, ask):
    server.will(Script(thoughts=("hm ",) * 15, pause=0.1))
    assert ask(limits=Limits(connect=5, first=0.9, between=0.9, total=60)).text == "Hello, world"
