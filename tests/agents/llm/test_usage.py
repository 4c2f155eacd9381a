"""Token counts as providers really send them."""

from decimal import Decimal

import pytest

from agents.llm import usage
from agents.llm.base import Usage

SHAPES = {
    "openai counts cached and thought in": (
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 192, "accepted_prediction_tokens": 0},
        },
        Usage(input=86, cache_read=1920, output=108, reasoning=192),
    ),
    "openai's responses interface has other names": (
        {
            "input_tokens": 328,
            "input_tokens_details": {"cached_tokens": 128},
            "output_tokens": 52,
            "output_tokens_details": {"reasoning_tokens": 12},
        },
        Usage(input=200, cache_read=128, output=40, reasoning=12),
    ),
    "anthropic counts cached apart": (
        {
            "input_tokens": 21,
            "cache_creation_input_tokens": 188_086,
            "cache_read_input_tokens": 12,
            "output_tokens": 393,
        },
        Usage(input=21, cache_read=12, cache_write=188_086, output=393),
    ),
    "anthropic through litellm is counted in": (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 60,
            "prompt_tokens_details": {"cached_tokens": 600, "cache_creation_tokens": 300, "text_tokens": 100},
            "cache_read_input_tokens": 600,
            "cache_creation_input_tokens": 300,
        },
        Usage(input=100, cache_read=600, cache_write=300, output=60),
    ),
    "openrouter names what it wrote to the cache": (
        {
            "prompt_tokens": 500,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 300},
        },
        Usage(input=100, cache_read=100, cache_write=300, output=20),
    ),
    "deepseek counts hits and misses": (
        {
            "prompt_tokens": 70,
            "completion_tokens": 9,
            "prompt_cache_hit_tokens": 64,
            "prompt_cache_miss_tokens": 6,
        },
        Usage(input=6, cache_read=64, output=9),
    ),
    "some report thought beside the output": (
        {
            "prompt_tokens": 31,
            "completion_tokens": 9,
            "completion_tokens_details": {"reasoning_tokens": 310},
        },
        Usage(input=31, output=9, reasoning=310),
    ),
    "a local server sends the least": ({"prompt_tokens": 26, "completion_tokens": 298}, Usage(input=26, output=298)),
    "nothing known is nothing counted": (
        {"prompt_tokens": None, "completion_tokens": None, "prompt_tokens_details": None},
        Usage(),
    ),
    "more cached than asked cannot be less than nothing": (
        {"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 12}},
        Usage(cache_read=12, output=1),
    ),
}


@pytest.mark.parametrize(("counted", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_columns_are_disjoint(counted, expected):
    assert usage.normalise(counted) == expected


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({"cost": 0.0042}, Decimal("0.0042")),
        ({"cost": 0.1 + 0.2}, Decimal("0.3")),
        ({"cost": 0}, Decimal(0)),
        ({"cost": -1}, None),
        ({"cost": None}, None),
        ({}, None),
    ],
)
def test_a_price_the_provider_names_is_read(counted, expected):
    assert usage.charged(counted) == expected
