"""Jobs run again over the API, and compared."""

from typing import Any

import pytest

from agents.models import Job
from agents.services import jobs
from projects import feed
from projects.models import Branch, IdempotencyRecord
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(people: People) -> Job:
    job = jobs.start(project=people.project, text="A reading list", by=people.owner)
    jobs.stop(job, by=people.owner)
    return Job.objects.get(pk=job.pk)


def trace(people: People) -> Any:
    return Job.objects.count(), Branch.objects.count(), feed.last_seq(people.project.pk)


def test_a_job_is_run_again_and_says_of_which_it_is(people: People, program: Programs, ended: Job) -> None:
    asks = program(people.editor)
    asked = asks.post(f"/jobs/{ended.pk}/rerun", {"model": "openrouter/maker/bright"})
    assert asked.status_code == 202, asked.content
    told = asked.json()
    made = Job.objects.get(rerun_of=ended)
    assert asked.headers["Location"] == f"/api/v2/jobs/{made.pk}"
    assert (told["id"], told["rerun_of"], told["branch"]) == (str(made.pk), str(ended.pk), "again-bright-1")
    assert (told["kind"], told["state"], told["model"], told["text"], told["created_by"]) == (
        "generate", "queued", "openrouter/maker/bright", "A reading list", "Editor",
    )  # fmt: skip
    assert asks.get(f"/jobs/{ended.pk}").json()["rerun_of"] is None
    listed = asks.get(f"/jobs?session={told['session']}").json()["items"]
    assert [job["rerun_of"] for job in listed] == [str(ended.pk)]


def test_the_branch_is_called_as_asked(people: People, program: Programs, ended: Job) -> None:
    body = {"model": "demo", "branch": "idea"}
    asks = program(people.editor)
    assert asks.post(f"/jobs/{ended.pk}/rerun", body).json()["branch"] == "idea"
    assert "already" in problem(asks.post(f"/jobs/{ended.pk}/rerun", body))["detail"]


def test_the_key_is_the_new_jobs_own(people: People, program: Programs, ended: Job) -> None:
    asks, path = program(people.editor), f"/jobs/{ended.pk}/rerun"
    first = asks.post(path, {"model": "demo"}, Idempotency_Key="k")
    assert asks.post(path, {"model": "demo"}, Idempotency_Key="k").json() == first.json()
    IdempotencyRecord.objects.all().delete()
    assert asks.post(path, {"model": "demo"}, Idempotency_Key="k").json()["id"] == first.json()["id"]
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"model": ""}, "invalid"),
        ({"model": " "}, "refused"),
        ({"model": "x" * 121}, "invalid"),
        ({"model": "nobody-knows/it"}, "refused"),
        ({"model": "demo/nothing"}, "refused"),
        ({"model": "demo", "branch": "a b"}, "invalid"),
        ({"model": "demo", "branch": "main"}, "invalid"),
        ({"model": "demo", "surprise": 1}, "invalid"),
    ],
)
def test_what_does_not_fit_runs_nothing(
    people: People, program: Programs, ended: Job, body: dict[str, Any], code: str
) -> None:
    before = trace(people)
    told = problem(program(people.editor).post(f"/jobs/{ended.pk}/rerun", body))
    assert (told["status"], told["code"]) == (422, code)
    assert trace(people) == before


def test_what_has_not_ended_is_not_run_again(people: People, program: Programs) -> None:
    job = jobs.start(project=people.project, text="A reading list", by=people.owner)
    before = trace(people)
    told = problem(program(people.editor).post(f"/jobs/{job.pk}/rerun", {"model": "demo"}))
    assert (told["status"], told["code"]) == (409, "wrong_state")
    assert trace(people) == before


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
def test_who_may_not_runs_nothing(people: People, program: Programs, ended: Job, role: str, status: int) -> None:
    before = trace(people)
    asked = program(people.by_role(role)).post(f"/jobs/{ended.pk}/rerun", {"model": "demo"})
    assert (asked.status_code, trace(people)) == (status, before)


def test_two_are_compared_once_both_have_ended(people: People, program: Programs, ended: Job) -> None:
    asks = program(people.viewer)
    assert asks.get(f"/jobs/{ended.pk}/comparison").status_code == 404
    made = program(people.editor).post(f"/jobs/{ended.pk}/rerun", {"model": "demo"}).json()["id"]
    told = asks.get(f"/jobs/{made}/comparison").json()
    assert (told["original"]["job"], told["rerun"]["job"], told["compared"]) == (str(ended.pk), made, None)
    assert told["rerun"]["note"] == "It has not ended yet."
    jobs.stop(Job.objects.get(pk=made), by=people.owner)
    told = asks.get(f"/jobs/{ended.pk}/comparison").json()
    assert told["compared"] == {"files": [], "added": 0, "removed": 0}
    assert told["rerun"] == {
        "job": made, "branch": "again-demo-1", "model": "demo", "title": "A reading list", "state": "cancelled",
        "version": None, "note": "It was stopped, and nothing of it became a version.", "cost": "0.000000",
        "seconds": told["rerun"]["seconds"], "calls": 0, "repairs": 0, "input_tokens": 0, "output_tokens": 0,
    }  # fmt: skip
