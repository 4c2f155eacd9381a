"""What a client's exception is called in our closed set of codes."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from agents.llm import failures


class Refused(Exception):
    """An exception as clients raise it: with the answer it came from."""

    def __init__(self, message: str, status: int = 429, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status_code = status
        self.response = httpx.Response(status, headers=headers)


@pytest.mark.parametrize("said", ["Retry-After", "retry-after"])
def test_a_wait_in_seconds_is_read(said):
    assert failures.explain(Refused("slow down", headers={said: "2.5"}), begun=False).retry_after == 2.5


def test_a_wait_given_as_a_date_is_read():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    wait = failures.explain(Refused("slow down", headers={"Retry-After": date}), begun=False).retry_after
    assert wait is not None
    assert 80 < wait <= 90


@pytest.mark.parametrize(("value", "wait"), [("-5", 0.0), ("999999", 3600.0), ("soon", None)])
def test_a_wait_that_makes_no_sense_is_bounded_or_ignored(value, wait):
    assert failures.explain(Refused("slow down", headers={"Retry-After": value}), begun=False).retry_after == wait


def test_the_cause_behind_a_wrapper_counts():
    wrapper = ConnectionError("it did not work")
    wrapper.__context__ = httpx.ReadTimeout("silence")
    assert failures.explain(wrapper, begun=True).code == "timeout"


@pytest.mark.parametrize(("begun", "code"), [(True, "truncated"), (False, "provider_down")])
def test_a_broken_connection_is_a_cut_only_after_text(begun, code):
    assert failures.explain(httpx.RemoteProtocolError("gone"), begun=begun).code == code


def test_what_nobody_knows_is_internal():
    assert failures.explain(ZeroDivisionError("oops"), begun=False).code == "internal"


def test_a_chain_that_runs_in_a_circle_ends():
    first, second = RuntimeError("one"), RuntimeError("two")
    first.__cause__, second.__cause__ = second, first
    assert failures.explain(first, begun=False).code == "internal"


def test_keys_of_the_environment_are_taken_out(monkeypatch):
    monkeypatch.setenv("SOMEBODYS_API_KEY", "hush-hush-hush")
    failure = failures.explain(Refused("the key hush-hush-hush is wrong", 401), begun=False)
    assert (failure.code, failure.message) == ("auth", "the key [key] is wrong")


@pytest.mark.parametrize(
    "key", ["sk-or-v1-0123456789abcdef", "gsk_0123456789abcdef", "Bearer abc.def", "AIzaSy0123456789"]
)
def test_what_looks_like_a_key_is_taken_out(key):
    assert failures.explain(Refused(f"no: {key}", 401), begun=False).message == "no: [key]"


def test_a_long_answer_is_cut():
    assert len(failures.explain(Refused("x" * 9_000), begun=False).message) == 500


def test_only_the_providers_own_words_are_kept():
    wrapped = 'litellm.RateLimitError: RateLimitError: SomeException - {"error": {"message": "slow down", "code": 1}}'
    assert failures.explain(Refused(wrapped), begun=False).message == "slow down"
