"""How long a prompt may be: for the least of its models, for the setting, and for the money that is left."""

from decimal import Decimal

import pytest

from agents import room
from agents.models import Job

SONNET = "anthropic/claude-sonnet-4-5"  # 200,000 tokens, 3 dollars for a million, 3.75 for writing the cache


@pytest.mark.parametrize(
    ("model", "most", "tokens"),
    [
        (SONNET, 50_000, 50_000),
        (SONNET, 2_000_000, 184_000),
        ("own-model", 2_000_000, 48_000),
        ("gpt-4", 50_000, 4_096),
        ("demo", 50_000, 48_000),
    ],
)
def test_the_window_holds_the_prompt_and_a_reply(settings, model: str, most: int, tokens: int):
    settings.CONTEXT_TOKENS = most
    assert room.for_model(model) == tokens


def test_those_that_stand_in_must_bear_it_too():
    assert room.of(Job(), (SONNET, "gpt-4")) == 4_096


def test_a_prompt_costs_no_more_than_a_fourth_of_what_is_left():
    job = Job(budget=Decimal(1), spent=Decimal("0.5"), reserved=Decimal("0.2"))
    assert room.of(job, (SONNET,)) == int(Decimal("0.3") / 4 / Decimal("0.00000375"))


@pytest.mark.parametrize("model", ["own-model", "demo"])
def test_what_has_no_price_is_not_held_back_by_money(model: str):
    assert room.of(Job(budget=Decimal("0.01")), (model,)) == 48_000


def test_there_is_always_room_for_the_least():
    assert room.of(Job(budget=Decimal(1), spent=Decimal(2)), (SONNET,)) == room.LEAST
