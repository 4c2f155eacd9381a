"""Prompts are filled completely, and known by their wording."""

import json
import re

import pytest

from agents import prompts
from agents.parsing.events import EditClosed, FileClosed
from agents.parsing.stream import Parser
from agents.prompts import loader
from sandboxes import stacks

PLACES = {
    "design": ("stacks",),
    "implement": ("wish", "blueprint", "written", "phase", "files", "said"),
    "edit": ("wish", "tree", "files", "earlier", "said"),
    "review": ("wish", "tree", "files", "earlier", "said"),
}


def _values(name: str, value: str = "given") -> dict[str, str]:
    return {place: f"{value}-{place}" for place in PLACES[name]}


@pytest.mark.parametrize("name", PLACES)
def test_every_value_is_in_the_text_and_no_place_is_left(name):
    text, _ = prompts.load(name, **_values(name))
    assert all(value in text for value in _values(name).values())
    assert "{{" not in text


@pytest.mark.parametrize("name", PLACES)
def test_the_hash_names_the_wording_and_not_the_values(name):
    one, other = prompts.load(name, **_values(name)), prompts.load(name, **_values(name, "another"))
    assert one.hash == other.hash
    assert one.text != other.text
    assert re.fullmatch("[0-9a-f]{64}", one.hash)


def test_different_prompts_have_different_hashes():
    assert len({prompts.load(name, **_values(name)).hash for name in PLACES}) == len(PLACES)


def test_a_prompt_begins_the_same_in_every_call_of_a_job():
    first = {**_values("implement"), "written": "nothing", "phase": "One", "files": "a"}
    second = {**_values("implement"), "written": "a", "phase": "Two", "files": "b"}
    beginning = prompts.beginning("implement", **first)
    assert beginning == prompts.beginning("implement", **second)
    assert "given-wish" in beginning
    assert "given-blueprint" in beginning
    for values in (first, second):
        assert prompts.load("implement", **values).text.startswith(beginning)


def test_a_prompt_in_which_nothing_changes_is_its_own_beginning():
    assert prompts.beginning("design", stacks="all") == prompts.load("design", stacks="all").text


def test_a_value_that_looks_like_a_place_stays_as_it_is():
    values = {**_values("edit"), "files": "<p>{{wish}} ${x} \\1</p>"}
    assert "<p>{{wish}} ${x} \\1</p>" in prompts.load("edit", **values).text


@pytest.mark.parametrize("values", [{}, {"stacks": "", "mood": ""}])
def test_a_missing_or_an_unknown_value_is_an_error(values):
    with pytest.raises(ValueError, match="wants"):
        prompts.load("design", **values)


@pytest.mark.parametrize("name", ["implement", "edit"])
def test_a_writer_is_told_the_rules_of_every_kind_of_app(name):
    text = prompts.load(name, **_values(name)).text
    assert prompts.stack_rules(loader.stack_names()) in text


def test_the_rules_may_be_narrowed():
    text = prompts.load("edit", **_values("edit"), rules=prompts.stack_rules(["static"])).text
    assert "### `static`" in text
    assert "### `python`" not in text


def test_only_the_kinds_asked_for_are_described():
    rules = prompts.stack_rules(["static", "python"])
    assert re.findall(r"^### `(.+?)`", rules, re.MULTILINE) == ["static", "python"]


def test_there_are_rules_for_every_kind_of_app_and_no_other():
    assert set(loader.stack_names()) == set(stacks.BY_NAME)


def test_the_rules_name_the_versions_that_are_on_the_machine():
    folder = loader.HERE.parent.parent / "sandboxes" / "backends" / "templates"
    package = json.loads((folder / "react-vite" / "package.json").read_text())
    rules = prompts.stack_rules(["react-vite"])
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert f"`{name}` {version}" in rules
    assert re.search(r"flask==[\d.]+", prompts.stack_rules(["python"])) is not None
    flask = re.search(r"^flask==[\d.]+", (folder / "python" / "requirements.txt").read_text(), re.MULTILINE)
    assert flask is not None
    assert f"`{flask[0]}`" in prompts.stack_rules(["python"])


def test_the_examples_of_form_are_read_by_our_own_parser():
    parser = Parser()
    events = [*parser.feed(prompts.load("edit", **_values("edit")).text), *parser.close()]
    assert [event.path for event in events if isinstance(event, EditClosed)] == ["src/example.ts"]
    assert [event.path for event in events if isinstance(event, FileClosed)] == ["src/new.ts"]
