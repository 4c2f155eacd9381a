"""What a job would cost, over the API."""

import pytest

from projects.services import branches, files
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def test_it_tells_what_the_next_job_costs(people: People, program: Programs, settings) -> None:
    settings.DJINN_MODEL, settings.MODEL_OF_STEP, settings.JOB_BUDGET = "anthropic/claude-sonnet-4-5", {}, 0
    asks, path = program(people.viewer), f"/projects/{people.project.pk}/estimate"
    assert asks.get(path).json() == {
        "kind": "generate", "model": "anthropic/claude-sonnet-4-5", "basis": "bound", "jobs": 0, "is_per_call": True,
        "cost": dict.fromkeys(("median", "low", "high"), "1.147500"),
        "tokens": dict.fromkeys(("median", "low", "high"), 114_000),
        "says": "$1.15 at most for each call",
    }  # fmt: skip
    files.save(people.main, "a.txt", b"a", by=people.owner)
    told = asks.get(f"{path}?model=demo").json()
    assert (told["kind"], told["basis"], told["cost"], told["says"]) == ("edit", "free", None, "Free of charge")
    assert asks.get(f"{path}?kind=plan").json()["says"] == "$1.15 at most"


def test_it_is_of_a_branch_and_of_a_kind_with_a_name(people: People, program: Programs) -> None:
    asks, path = program(people.viewer), f"/projects/{people.project.pk}/estimate"
    branches.create_at(people.project, "to/do", None, by=people.owner)
    files.save(people.main, "a.txt", b"a", by=people.owner)
    assert [asks.get(f"{path}{rest}").json()["kind"] for rest in ("", "?branch=to/do")] == ["edit", "generate"]
    kinds = ("repair", "review", "install", "start")
    told = [asks.get(f"{path}?kind={kind}&model=anthropic/claude-sonnet-4-5").json() for kind in kinds]
    assert [one["kind"] for one in told] == list(kinds)
    assert [one["basis"] for one in told] == ["bound", "bound", "free", "free"]
    assert problem(asks.get(f"{path}?branch=nowhere"))["code"] == "not_found"


def test_what_cannot_be_asked_is_refused(people: People, program: Programs) -> None:
    path = f"/projects/{people.project.pk}/estimate"
    assert problem(program(people.viewer).get(f"{path}?model=nobody/nothing"))["code"] == "refused"
    assert program(people.viewer).get(f"{path}?kind=push").status_code == 422
    assert program(people.stranger).get(path).status_code == 404
