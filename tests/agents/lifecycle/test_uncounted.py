"""What a call that broke off has used up, about."""

from decimal import Decimal

import pytest

from agents import pricing, tokens
from agents.lifecycle import uncounted
from agents.lifecycle.uncounted import About

SONNET = "openrouter/anthropic/claude-sonnet-4-5"


def test_the_prompt_and_what_arrived_are_counted():
    text = "cat > index.html\n<h1>Shelf</h1>\n"
    assert uncounted.of("own-model", prompt=1_200, text=text, most=None) == About(1_200, tokens.count(text))
    assert tokens.count(text) > 10


def test_no_reply_is_longer_than_was_allowed():
    assert uncounted.of("own-model", prompt=1, text="word " * 50, most=20) == About(1, 20)
    assert uncounted.of("own-model", prompt=1, text="word", most=20) == About(1, 1)


@pytest.mark.parametrize("error", ["auth", "quota", "rate_limit", "provider_down", "invalid_input", "internal"])
def test_who_was_refused_before_the_first_word_has_used_nothing(error: str):
    assert uncounted.of(SONNET, prompt=1_200, text="", most=None, error=error) is None
    assert uncounted.of(SONNET, prompt=1_200, text="Shelf", most=None, error=error) is not None


@pytest.mark.parametrize("error", ["", "cancelled", "abandoned", "truncated", "timeout", "malformed_output", "lost"])
def test_whoever_was_heard_has_read_the_prompt(error: str):
    assert uncounted.of(SONNET, prompt=1_200, text="", most=None, error=error) == About(1_200, 0)


def test_what_reached_nobody_has_used_nothing():
    assert uncounted.of(SONNET, prompt=0, text="", most=None, error="timeout") is None


def test_a_recording_uses_nothing():
    assert uncounted.of("demo/reading-list", prompt=1_200, text="Shelf", most=None) is None


def test_it_costs_what_the_list_says_rounded_up():
    assert uncounted.cost(SONNET, About(1_000, 100)) == Decimal("0.0045")
    assert uncounted.cost("claude-sonnet-4-5", About(1, 0)) == Decimal("0.000003")
    assert uncounted.cost("gemini/gemini-2.5-flash-lite", About(1, 0)) == Decimal("0.000001")


@pytest.mark.parametrize("model", ["own-model", "somewhere/claude-sonnet-4-5"])
def test_what_has_no_price_has_no_cost(model: str):
    assert uncounted.cost(model, About(1_000, 100)) is None


def test_on_a_server_of_ones_own_nobody_knows_what_a_name_costs(settings):
    settings.DJINN_API_BASE = "http://127.0.0.1:9/v1"
    assert uncounted.cost("claude-sonnet-4-5", About(1_000, 100)) is None
    assert uncounted.cost(SONNET, About(1_000, 100)) == Decimal("0.0045")


def test_what_no_column_holds_is_not_known():
    assert pricing.about(SONNET, About(0, 10**9)) == 15_000
    assert uncounted.cost(SONNET, About(0, 10**9)) is None
