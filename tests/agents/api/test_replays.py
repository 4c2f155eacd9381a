"""Replays over the API: asked for with options, and what came of them."""

import pytest

from agents import tasks
from agents.engine import replaying
from agents.models import Job, Replay
from agents.services import jobs
from tests.agents.engine.whole import build_without_a_box
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be on its way to a worker: there is no broker in this test."""
    letters: list[str] = []
    monkeypatch.setattr(tasks.replay_job, "delay", letters.append)
    return letters


@pytest.fixture
def built(people: People) -> Job:
    return build_without_a_box(
        jobs.start(project=people.project, text="A list", by=people.owner, model="demo/reading-list")
    )


def test_asked_for_and_read(people: People, program: Programs, built: Job, sent: list[str]):
    mine = program(people.editor)
    answer = mine.post(f"/jobs/{built.pk}/replays", {"from_step": "implement-2", "into": "again"})
    assert (answer.status_code, answer.json()["verdict"]) == (202, "")
    assert sent == [answer.json()["id"]]
    replaying.settle(sent[0])
    [row] = mine.get(f"/jobs/{built.pk}/replays").json()["items"]
    assert (row["verdict"], row["from_step"], row["into"], row["created_by"]) == (
        "identical", "implement-2", "again", "Editor",
    )  # fmt: skip
    assert row["figures"]["replay"]["cost"] == "0.000000"
    assert row["tree_hash"] == row["expected_hash"]
    assert built.project.branches.filter(name="again").exists()


@pytest.mark.parametrize(("body", "status"), [({"into": "main"}, 409), ({"from_step": "x"}, 409), ({"more": 1}, 422)])
def test_what_cannot_be_is_refused(people: People, program: Programs, built: Job, body: dict[str, object], status: int):
    answer = program(people.owner).post(f"/jobs/{built.pk}/replays", body)
    assert (answer.status_code, problem(answer)["status"]) == (status, status)
    assert not Replay.objects.exists()


def test_a_job_that_goes_on_is_not_replayed(people: People, program: Programs):
    job = jobs.start(project=people.project, text="A list", by=people.owner)
    assert program(people.owner).post(f"/jobs/{job.pk}/replays", {}).status_code == 409
