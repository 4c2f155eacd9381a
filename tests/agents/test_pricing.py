"""Costs, exact to the last digit, from the price list on disk."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agents import pricing
from agents.llm.base import Image, Request, Tool, Turn, Usage

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


# --- before a call -------------------------------------------------------------------------------

SAYS_HELLO = Request("any", (Turn("system", "x\n" * 498), Turn("user", "y\n" * 498)), max_tokens=1_000)


def test_a_prompt_is_estimated_by_its_words():
    assert pricing.input_tokens(SAYS_HELLO) == 2 * (996 + 16)


def test_letters_of_other_scripts_count_for_more():
    assert pricing.input_tokens(Request("any", (Turn("user", "日" * 400),))) == 480 + 16


def test_tools_and_pictures_count_too():
    tool = Tool("look", "Look at it.", {"type": "object"})
    shown = Turn("user", "", images=(Image("image/png", "AAAA"),))
    assert pricing.input_tokens(Request("any", (shown,), tools=(tool,))) == 16 + 3_000 + 12 + 16


def test_the_bound_takes_the_dearest_input_and_the_longest_reply():
    # 2,024 written to the cache at 3.75 dollars for a million, 1,000 at 15.
    assert pricing.bound("claude-sonnet-4-5", SAYS_HELLO) == Decimal("0.00759") + Decimal("0.015")


def test_without_a_limit_the_model_may_write_as_much_as_it_can():
    unlimited = replace(SAYS_HELLO, max_tokens=None)
    assert pricing.bound("claude-sonnet-4-5", unlimited) == Decimal("0.00759") + 64_000 * Decimal("0.000015")


def test_what_a_call_costs_stays_below_its_bound():
    usage = Usage(input=24, cache_write=2_000, output=400, reasoning=600)
    cost, bound = pricing.cost("claude-sonnet-4-5", usage), pricing.bound("claude-sonnet-4-5", SAYS_HELLO)
    assert cost is not None
    assert bound is not None
    assert cost <= bound


def test_a_long_prompt_is_bounded_at_its_higher_price():
    long = Request("any", (Turn("user", "x\n" * 125_000),), max_tokens=1)
    assert pricing.bound("gemini/gemini-2.5-pro", long) == 250_016 * Decimal("0.0000025") + Decimal("0.000015")


@pytest.mark.parametrize("model", ["demo", "demo/kanban", "ollama/llama3"])
def test_what_runs_here_is_bounded_by_nothing_at_all(model):
    assert pricing.bound(model, SAYS_HELLO) == 0


@pytest.mark.parametrize("name", ["anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5:beta"])
def test_openrouter_is_bounded_by_what_the_maker_asks(name):
    bound = pricing.bound(f"openrouter/{name}", SAYS_HELLO)
    assert bound == pricing.bound("anthropic/claude-sonnet-4-5", SAYS_HELLO)
    assert pricing.cost(f"openrouter/{name}", Usage(input=1)) is None
    assert pricing.bound(f"elsewhere/{name}", SAYS_HELLO) is None


def test_what_nobody_knows_the_price_of_has_no_bound():
    assert pricing.bound("nobody-sells-this", SAYS_HELLO) is None


@pytest.mark.parametrize(
    ("model", "rates"),
    [
        ("claude-sonnet-4-5", (Decimal("0.00000375"), Decimal("0.000015"))),
        ("openrouter/anthropic/claude-sonnet-4.5", (Decimal("0.00000375"), Decimal("0.000015"))),
        ("demo", (0, 0)),
        ("own-model", None),
    ],
)
def test_what_one_token_costs_at_its_dearest(model: str, rates):
    assert pricing.rates(model) == rates
