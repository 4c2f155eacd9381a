"""A job that has used up its budget, over the API: how much it needs, and how it goes on."""

from decimal import Decimal
from typing import Any

import pytest

from agents.lifecycle import leases
from agents.models import Job
from projects import feed
from tests.agents.dry import NEEDED, run_dry
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def start(people: People, program: Programs, **more: Any) -> Any:
    body = {"project": str(people.project.pk), "text": "A reading list", **more}
    return program(people.editor).post("/jobs", body)


@pytest.fixture
def dry(people: People, program: Programs) -> Job:
    return run_dry(Job.objects.get(pk=start(people, program).json()["id"]))


def test_who_asks_for_a_job_says_what_it_may_spend(people: People, program: Programs, settings) -> None:
    settings.JOB_BUDGET = 3
    assert start(people, program, budget="0.5").json()["budget"] == "0.500000"
    assert start(people, program).json()["budget"] == "3.000000"


@pytest.mark.parametrize("budget", [0, -1, "NaN", "0.0000001", 1_000_000, "much"])
def test_what_is_no_budget_starts_nothing(people: People, program: Programs, budget: Any) -> None:
    assert problem(start(people, program, budget=budget))["code"] == "invalid"
    assert not Job.objects.exists()


def test_a_budget_that_is_enough_lets_it_go_on(people: People, program: Programs, dry: Job) -> None:
    asks = program(people.editor)
    told = asks.get(f"/jobs/{dry.pk}").json()
    assert (told["waiting_for"], told["budget_needed"]) == ("budget", "1.200000")
    assert told["waits"] == NEEDED
    told = asks.patch(f"/jobs/{dry.pk}", {"budget": told["budget_needed"]}).json()
    assert (told["state"], told["waiting_for"], told["budget_needed"], told["budget"]) == (
        "queued",
        "",
        None,
        "1.200000",
    )
    assert leases.claimable() == [dry.pk]


def test_one_that_is_not_enough_leaves_it_waiting_and_says_so(people: People, program: Programs, dry: Job) -> None:
    asks = program(people.editor)
    told = asks.patch(f"/jobs/{dry.pk}", {"budget": "1.10"}).json()
    sentence = "A budget of $1.20 or more is needed; it is $1.10, of which $0.90 are spent."
    assert (told["state"], told["budget"], told["waits"]) == ("paused", "1.100000", sentence)
    refused = problem(asks.post(f"/jobs/{dry.pk}/resume"))
    assert (refused["status"], refused["detail"]) == (409, sentence)
    assert problem(asks.patch(f"/jobs/{dry.pk}", {"budget": "0.80"}))["status"] == 409


def test_who_may_only_look_raises_nothing(people: People, program: Programs, dry: Job) -> None:
    seq = feed.last_seq(people.project.pk)
    assert program(people.viewer).patch(f"/jobs/{dry.pk}", {"budget": 5}).status_code == 403
    dry.refresh_from_db()
    assert (dry.state, dry.budget, feed.last_seq(people.project.pk)) == ("paused", Decimal(1), seq)
