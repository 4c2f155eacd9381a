"""Which names can be a chain of models, and which chain a step gets."""

import pytest

from agents import chains
from agents.models import Job

KINDS = {"design": "planner", "implement": "writer, usual", "edit": "", "repair": "demo"}
REFUSED = {
    "a,,b": "missing beside a comma",
    "a,": "missing beside a comma",
    ",": "missing beside a comma",
    "a b": "it holds a space",
    "a\tb": "it holds a space",
    "a, a": "cannot stand in for itself",
    "a, demo": "The demo cannot stand in",
    "demo/kanban, openrouter/a": "The demo cannot stand in",
    "a,b,c,d,e,f": "At most 5 models",
    "m" * 121: "at most 120 characters",
}


@pytest.mark.parametrize(("text", "says"), REFUSED.items())
def test_what_cannot_be_meant_is_refused(text, says):
    with pytest.raises(chains.Unusable, match=says):
        chains.check(text)


@pytest.mark.parametrize("text", ["a", "a, b", "openrouter/x/y:free ,anthropic/z", "demo/one, demo/two", "a,b,c,d,e"])
def test_what_can_be_meant_is_believed(text):
    chains.check(text)


def test_names_are_given_in_the_order_of_preference():
    assert chains.names(" openrouter/b , a,c ") == ("openrouter/b", "a", "c")


def test_a_chain_is_never_longer_than_a_job_can_keep():
    assert Job._meta.get_field("model").max_length == chains.MOST_TEXT


@pytest.mark.parametrize(
    ("step", "models"),
    [
        ("design", ("planner",)),
        ("implement-3", ("writer", "usual")),
        ("edit", ("a", "b")),
        ("repair-1", ("a", "b")),  # a job with a model never ends in the demo
        ("review", ("a", "b")),
    ],
)
def test_a_step_gets_the_models_of_its_kind_or_else_of_its_job(step, models):
    assert chains.of_step(step, job="a, b", is_chosen=False, by_kind=KINDS) == models


def test_a_chosen_model_answers_every_step():
    assert chains.of_step("design", job="a", is_chosen=True, by_kind=KINDS) == ("a",)


def test_a_job_of_the_demo_stays_with_it():
    assert chains.of_step("design", job="demo", is_chosen=False, by_kind=KINDS) == ("demo",)
