"""Providers that break their promise."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from agents.errors import ModelFailure
from agents.llm import pump
from agents.llm.base import Delta, Finish, Limits, Request, Text
from agents.llm.pump import Pump

REQUEST = Request("some-model", ())


class Saying:
    """A provider that says just this, then fails if it was given a failure."""

    def __init__(self, *deltas: Delta, failure: BaseException | None = None) -> None:
        self.deltas, self.failure = deltas, failure

    async def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta, None]:
        for delta in self.deltas:
            yield delta
        if self.failure:
            raise self.failure


def _next(started: Pump) -> Delta | None:
    return started.get(timeout=10)


def test_an_end_without_a_finish_is_truncated():
    started = Pump(Saying(Text("half")), REQUEST, Limits())
    assert _next(started) == Text("half")
    with pytest.raises(ModelFailure, match="truncated"):
        _next(started)
    started.close()


def test_nothing_is_passed_on_after_the_finish():
    started = Pump(Saying(Finish("stop"), Text("more")), REQUEST, Limits())
    assert _next(started) == Finish("stop")
    started.close()
    assert started.get(timeout=0) is None


def test_a_mistake_of_ours_is_internal_and_says_no_more_than_its_kind(caplog):
    started = Pump(Saying(failure=KeyError("secret")), REQUEST, Limits())
    with pytest.raises(ModelFailure) as failure:
        _next(started)
    assert (failure.value.code, failure.value.message) == ("internal", "KeyError")
    started.close()


def test_a_client_that_gives_itself_up_leaves_nobody_waiting():
    started = Pump(Saying(Text("half"), failure=asyncio.CancelledError()), REQUEST, Limits())
    assert _next(started) == Text("half")
    with pytest.raises(ModelFailure) as failure:
        _next(started)
    assert (failure.value.code, failure.value.retryable) == ("internal", True)
    started.close()


def test_a_reply_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(pump, "MAX_CHARACTERS", 10)
    started = Pump(Saying(Text("123456"), Text("123456"), Finish("stop")), REQUEST, Limits())
    assert [_next(started), _next(started)] == [Text("123456"), Text("123456")]
    with pytest.raises(ModelFailure, match="malformed_output"):
        _next(started)
    started.close()
