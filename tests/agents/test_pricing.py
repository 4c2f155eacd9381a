"""Costs, exact to the last digit, from the price list on disk."""

from decimal import Decimal

import pytest

from agents import pricing
from agents.llm.base import Usage

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("tokens", "dollars"),
    [
        (Usage(input=MILLION), "3"),
        (Usage(cache_read=MILLION), "0.3"),
        (Usage(cache_write=MILLION), "3.75"),
        (Usage(output=MILLION), "15"),
        (Usage(reasoning=MILLION), "15"),
        (Usage(1, 1, 1, 1, 1), "0.00003705"),
        (Usage(), "0"),
    ],
)
def test_each_column_has_its_own_price(tokens, dollars):
    assert pricing.cost("claude-sonnet-4-5", tokens) == Decimal(dollars)


def test_a_name_with_its_provider_finds_the_same_price():
    assert pricing.cost("anthropic/claude-sonnet-4-5", Usage(output=100)) == Decimal("0.0015")


def test_a_name_with_another_provider_does_not():
    assert pricing.cost("somewhere/claude-sonnet-4-5", Usage(output=100)) is None


def test_a_long_prompt_can_cost_more_for_each_token():
    below = pricing.cost("gemini/gemini-2.5-pro", Usage(input=200_000, output=1_000))
    above = pricing.cost("gemini/gemini-2.5-pro", Usage(input=100_000, cache_read=100_001, output=1_000))
    assert below == Decimal("0.26")
    assert above == Decimal("0.25") + 100_001 * Decimal("0.00000025") + Decimal("0.015")


@pytest.mark.parametrize("model", ["demo", "demo/pomodoro", "ollama/qwen3", "lm_studio/anything"])
def test_what_runs_here_is_free(model):
    assert pricing.cost(model, Usage(input=MILLION, output=MILLION)) == 0


@pytest.mark.parametrize("model", ["nobody-sells-this", "", "sample_spec", "openrouter/"])
def test_an_unknown_price_is_unknown_and_not_nought(model):
    assert pricing.cost(model, Usage(input=1)) is None


def test_a_model_without_a_price_for_writing_the_cache_charges_the_input():
    assert pricing.cost("deepseek/deepseek-chat", Usage(cache_write=MILLION)) == Decimal("0.28")
