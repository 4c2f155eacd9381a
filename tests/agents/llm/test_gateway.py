"""Every way in which a model's reply can end, seen through the one door."""

import logging
import threading
import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from agents.errors import Cancelled, ModelFailure
from agents.llm import gateway
from agents.llm.base import Finish, Request, Text, Turn, Usage
from tests.fakes.model_server import Script

PIECES = ("cat > a.txt << 'EOF_1'\n", "one", "\n", "  two", "\n\n", "EOF_1\n")
REQUEST = Request(model="own-model", messages=(Turn("system", "Be brief."), Turn("user", "Make an app")))


def test_a_whole_reply_arrives_with_its_finish_and_usage(server, ask):
    server.will(Script(pieces=PIECES))
    reply = ask()
    assert reply.text == "".join(PIECES)
    usage = Usage(input=400, cache_read=600, output=40, reasoning=20)
    assert reply.finish == Finish("stop", usage, None, "own-model")


def test_the_request_says_what_was_asked_and_nothing_is_retried(server, ask):
    list(gateway.stream(REQUEST, cancelled=lambda: False))
    (seen,) = server.seen
    assert seen.body["model"] == "own-model"
    assert seen.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Make an app"},
    ]
    assert seen.body["stream_options"] == {"include_usage": True}
    assert "max_tokens" not in seen.body
    assert seen.headers["authorization"] == "Bearer sk-test-0123456789"


def test_the_limit_of_tokens_is_passed_on(server, ask):
    ask(max_tokens=77)
    assert server.seen[0].body["max_tokens"] == 77


def test_a_reply_that_hit_the_limit_says_so(server, ask):
    server.will(Script(finish="length"))
    assert ask().finish.reason == "length"


def test_a_provider_may_leave_out_the_end_marker_after_its_finish_reason(server, ask):
    server.will(Script(done=False))
    assert ask().finish.reason == "stop"


@pytest.mark.parametrize("count", range(len(PIECES) + 1))
def test_a_stream_that_ends_cleanly_without_a_finish_reason_is_truncated(server, ask, count):
    said: list[str] = []
    server.will(Script(pieces=PIECES, end_after=count))
    with pytest.raises(ModelFailure) as failure:
        ask(said=said)
    assert failure.value.code == "truncated"
    assert failure.value.retryable
    assert said == list(PIECES[:count])


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}])
def test_usage_and_end_marker_do_not_stand_in_for_a_finish_reason(server, ask, usage):
    server.will(Script(finish=None, usage=usage))
    with pytest.raises(ModelFailure, match="truncated"):
        ask()


@pytest.mark.parametrize("count", range(1, len(PIECES) + 1))
def test_a_connection_cut_after_text_is_truncated(server, ask, count):
    said: list[str] = []
    server.will(Script(pieces=PIECES, cut_after=count))
    with pytest.raises(ModelFailure) as failure:
        ask(said=said)
    assert failure.value.code == "truncated"
    assert "".join(PIECES).startswith("".join(said))


def test_a_connection_cut_before_any_text_is_a_provider_that_is_down(server, ask):
    server.will(Script(cut_after=0))
    with pytest.raises(ModelFailure, match="provider_down"):
        ask()


def test_an_error_inside_the_stream_is_the_providers_fault(server, ask):
    said: list[str] = []
    server.will(Script(error_after=2))
    with pytest.raises(ModelFailure) as failure:
        ask(said=said)
    assert (failure.value.code, failure.value.message) == ("provider_down", "overloaded")
    assert said == ["Hello", ", "]


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "invalid_input", False),
        (401, "auth", False),
        (402, "quota", False),
        (403, "auth", False),
        (404, "invalid_input", False),
        (408, "timeout", True),
        (413, "invalid_input", False),
        (422, "invalid_input", False),
        (429, "rate_limit", True),
        (500, "provider_down", True),
        (502, "provider_down", True),
        (503, "provider_down", True),
        (529, "provider_down", True),
    ],
)
def test_a_refusal_becomes_one_of_our_codes(server, ask, status, code, retryable):
    server.will(Script(status=status, error="not today"))
    with pytest.raises(ModelFailure) as failure:
        ask()
    assert (failure.value.code, failure.value.retryable) == (code, retryable)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal_is_asked_for_once_only(server, ask, status):
    server.will(Script(status=status))
    with pytest.raises(ModelFailure):
        ask()
    assert len(server.seen) == 1


def test_a_rate_limit_says_how_long_to_wait(server, ask):
    server.will(Script(status=429, headers={"Retry-After": "7"}))
    with pytest.raises(ModelFailure) as failure:
        ask()
    assert failure.value.retry_after == 7.0


def test_a_429_about_credit_is_a_matter_of_quota(server, ask):
    server.will(Script(status=429, error="You exceeded your current quota: insufficient_quota"))
    with pytest.raises(ModelFailure) as failure:
        ask()
    assert (failure.value.code, failure.value.retryable) == ("quota", False)


def test_a_server_nobody_listens_at_is_down(server, ask, settings):
    settings.DJINN_API_BASE = "http://127.0.0.1:9/v1"
    with pytest.raises(ModelFailure, match="provider_down"):
        ask()


@pytest.mark.parametrize(
    "script",
    [
        Script(hang_before_headers=True),
        Script(hang_after=0),
        Script(hang_after=2),
        Script(pieces=("word ",) * 5000, pause=0.01),
    ],
    ids=["before the headers", "before the first token", "in the middle", "while text streams"],
)
def test_a_cancel_closes_the_connection_at_once(server, ask, script):
    server.will(script)
    stop, asked_at = threading.Event(), [0.0]

    def press_stop() -> None:
        server.wait_for_request()
        asked_at[0] = time.monotonic()
        stop.set()

    presser = threading.Thread(target=press_stop)
    presser.start()
    with pytest.raises(Cancelled):
        ask(cancelled=stop.is_set)
    presser.join()
    assert server.seen[-1].closed.wait(10)
    # The promise is a second; machines that run tests are busy.
    assert time.monotonic() - asked_at[0] < 2


def test_a_cancel_before_the_call_asks_nobody(server):
    with pytest.raises(Cancelled):
        next(gateway.stream(REQUEST, cancelled=lambda: True))
    assert server.seen == []


def test_a_consumer_that_closes_the_generator_closes_the_connection(server):
    server.will(Script(pieces=("word ",) * 5000, pause=0.01))
    stream = gateway.stream(REQUEST, cancelled=lambda: False)
    assert next(stream) == Text("word ")
    stream.close()
    assert server.seen[-1].closed.wait(10)


def test_two_calls_at_once_do_not_wait_for_each_other(server):
    server.will(Script(hang_after=1), Script(pieces=("second",)))
    first = gateway.stream(REQUEST, cancelled=lambda: False)
    assert next(first) == Text("Hello")
    assert [delta.text for delta in gateway.stream(REQUEST, cancelled=lambda: False) if isinstance(delta, Text)] == [
        "second"
    ]
    first.close()


def test_many_equal_pieces_are_text_like_any_other(server, ask):
    server.will(Script(pieces=("----",) * 400))
    assert ask().text == "-" * 1600


def test_blank_pieces_may_repeat_without_end(server, ask):
    server.will(Script(pieces=("    ",) * 1200))
    assert ask().text == " " * 4800


def test_a_model_caught_in_a_loop_is_stopped(server, ask):
    server.will(Script(pieces=("again ",) * 3000, hang_after=2000))
    with pytest.raises(ModelFailure, match="malformed_output"):
        ask()
    assert server.seen[-1].closed.wait(10)


def test_a_key_reaches_neither_the_failure_nor_the_log(server, ask, caplog):
    server.will(Script(status=401, error="Incorrect key sk-test-0123456789 for Bearer abcdef123456"))
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelFailure) as failure:
        ask()
    assert failure.value.message == "Incorrect key [key] for [key]"
    assert "0123456789" not in caplog.text
    assert failure.value.__suppress_context__


@given(pieces=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=12))
@effort(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_is_byte_exact_however_it_is_cut(server, ask, pieces):
    server.will(Script(pieces=("begin", *pieces)))
    assert ask().text == "begin" + "".join(pieces)
