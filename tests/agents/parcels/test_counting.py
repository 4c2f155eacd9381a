"""What a JSON would be read as is counted without reading it."""

import json
import tracemalloc
from typing import Any

import pytest

from agents.parcels import counting

MANY = 1_000_000


def made(value: Any) -> int:
    """The values in it, and it."""
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(made, within))


@pytest.mark.parametrize(
    "value",
    [
        1,
        "[[[,,,{{{",
        'He said "[1, 2]", and \\',
        ["\\", 'a"', ","],
        {"[,": {"{": "}"}, "b": [1, 2, {"c": [None, True]}]},
        [[], {}, [[]], ""],
    ],
)
def test_it_is_never_too_few_nor_twice_too_many(value: Any):
    found = counting.values(json.dumps(value).encode(), MANY)
    assert made(value) <= found <= 2 * made(value)


def test_words_of_a_prompt_count_as_one():
    prompt = 'const a = [1, 2, {b: 3}]; // \\ and "so" on\n' * 20_000
    assert counting.values(json.dumps({"text": prompt}).encode(), MANY) == 2


def test_it_stops_where_it_is_too_many_and_takes_no_room():
    raw = b"[" + b"[]," * 500_000 + b"[]]"
    tracemalloc.start()
    try:
        assert counting.values(raw, 1000) == 1001
        assert counting.values(raw, 100 * MANY) > 500_000
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("raw", [b"", b'"', b'"\\', b'"a\\"', b'"\xff[,', b"\\"])
def test_what_is_no_json_is_counted_too(raw: bytes):
    assert counting.values(raw, 10) == 1
