"""The packages of an app, from whatever stands in its lists."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import symbols


def test_both_lists_are_read_and_each_package_is_named_once():
    node = json.dumps({"dependencies": {"react": "^19.1.0"}, "devDependencies": {"vite": "7"}})
    python = "# tools\nflask==3.1.0  # the server\n\n-r other.txt\nmarkdown>=3 ; python_version > '3.9'\n"
    assert symbols.packages({"package.json": node, "api/requirements.txt": python, "web/package.json": node}) == (
        "flask==3.1.0",
        "markdown>=3",
        "react@^19.1.0",
        "vite@7",
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"dependencies": 3}', "[" * 100_000, '{"dependencies": {"a": {}}}'])
def test_a_broken_list_names_what_it_can(text: str):
    assert symbols.packages({"package.json": text}) in ((), ("a@{}",))


def test_a_long_list_is_cut():
    assert len(symbols.packages({"requirements.txt": "\n".join(f"name{n}" for n in range(500))})) == 80


@given(st.text())
def test_any_text_is_a_list_of_something(text: str):
    for name in ("package.json", "requirements.txt"):
        assert all(symbols.packages({name: text}) or [True])


def test_other_files_are_none():
    assert [symbols.is_list(path) for path in ("package.json", "a/requirements.txt", "a/package.jsonc")] == [
        True,
        True,
        False,
    ]
