"""Jobs in files over the API."""

from typing import Any

import pytest

from agents.engine import replay
from agents.models import Job
from agents.services import jobs
from projects.models import Project
from projects.services import projects
from tests.agents.engine.whole import build_without_a_box
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def built(people: People) -> Job:
    return build_without_a_box(
        jobs.start(project=people.project, text="A list", by=people.owner, model="demo/reading-list")
    )


def exported(program: Program, job: Job) -> bytes:
    answer = program.get(f"/jobs/{job.pk}/export")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert f'filename="job-{str(job.pk)[:8]}.zip"' in answer.headers["Content-Disposition"]
    content: bytes = answer.content
    return content


def sent(program: Program, address: str, body: bytes, media: str = "application/zip") -> Any:
    return program.post(address, body, Content_Type=media)


def test_out_and_in_again(people: People, program: Programs, built: Job):
    mine = program(people.owner)
    file = exported(mine, built)
    answer = sent(mine, "/imports/job", file)
    assert answer.status_code == 201
    told = answer.json()
    came = Job.objects.get(pk=told["id"])
    assert answer.headers["Location"] == f"/api/v2/jobs/{came.pk}"
    assert (told["state"], told["spent"], bool(told["imported_at"])) == ("completed", "0.000000", True)
    assert replay.run(came).tree_hash == replay.run(built).tree_hash
    assert came.project.name == built.blueprint["name"]
    assert sent(mine, "/imports/job?name=Mine", file).json()["project"] != told["project"]
    assert Project.objects.filter(name="Mine").exists()
    other = projects.create(name="Other", by=people.owner)
    again = sent(mine, f"/projects/{other.pk}/jobs/import", file).json()
    assert (again["project"], again["branch"]) == (str(other.pk), f"imported-{str(built.pk)[:8]}")
    assert mine.get(f"/jobs/{again['id']}/generations").json()["items"][0]["cost"] is None


def test_what_goes_on_does_not_travel(people: People, program: Programs):
    job = jobs.start(project=people.project, text="A list", by=people.owner)
    answer = program(people.owner).get(f"/jobs/{job.pk}/export")
    assert (answer.status_code, problem(answer)["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("body", [b"PK", b"not a zip"])
def test_what_is_no_parcel_is_refused(people: People, program: Programs, body: bytes):
    answer = sent(program(people.owner), f"/projects/{people.project.pk}/jobs/import", body)
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_a_page_is_not_taken_for_one(people: People, program: Programs):
    assert sent(program(people.owner), "/imports/job", b"<p>", "text/html").status_code == 415


def test_it_is_never_tried_again(people: People, program: Programs, built: Job):
    Job.objects.filter(pk=built.pk).update(
        state="failed", phase="failed", error={"code": "internal", "message": "x", "user_action": "", "retryable": True}
    )
    mine = program(people.owner)
    came = sent(mine, "/imports/job", exported(mine, built)).json()
    assert came["error"]["retryable"] is False
    answer = mine.post(f"/jobs/{came['id']}/retry")
    assert (answer.status_code, "ran elsewhere" in problem(answer)["detail"]) == (409, True)
