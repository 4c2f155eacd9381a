"""The queue over the API, for the staff."""

import pytest

from agents.lifecycle import leases
from agents.models import Queue
from agents.services import jobs
from projects.models import AuditEntry, User
from tests.agents.conftest import Workers
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(program: Programs) -> Program:
    return program(User.objects.create_superuser("staff@example.org", "a good password", name="Staff"))


def test_it_tells_how_much_waits_and_who_works(people: People, staff: Program, workers: Workers) -> None:
    for text in ("One", "Two"):
        jobs.start(project=people.project, text=text, by=people.owner)
    told = staff.get("/queue").json()
    assert (told["gate"], told["changed_by"], told["workers"]) == ("open", None, [])
    (generate,) = told["queues"]
    assert (generate["name"], generate["workers"]) == ("generate", 0)
    ((queued),) = generate["jobs"]
    assert (queued["state"], queued["count"], queued["age_seconds"] < 60) == ("queued", 2, True)
    workers("generate", "sandbox")
    told = staff.get("/queue").json()
    assert [(each["name"], each["workers"], len(each["jobs"])) for each in told["queues"]] == [
        ("generate", 1, 1), ("sandbox", 1, 0),
    ]  # fmt: skip
    assert told["workers"][0]["queues"] == ["generate", "sandbox"]


def test_it_is_paused_drained_and_opened(people: People, staff: Program) -> None:
    job = jobs.start(project=people.project, text="One", by=people.owner)
    paused = staff.post("/queue/pause").json()
    assert (paused["gate"], paused["changed_by"]) == ("paused", "Staff")
    assert leases.claim(job.pk, worker="test") is None
    assert staff.get("/queue").json()["gate"] == "paused"
    assert staff.post("/queue/drain").json()["gate"] == "draining"
    assert leases.claim(job.pk, worker="test") is None
    assert staff.post("/queue/resume").json()["gate"] == "open"
    assert leases.claim(job.pk, worker="test") is not None


@pytest.mark.parametrize("verb", ["pause", "drain", "resume"])
def test_it_is_for_the_staff_alone(people: People, program: Programs, verb: str) -> None:
    asks = program(people.owner)
    assert problem(asks.get("/queue"))["code"] == "forbidden"
    assert problem(asks.post(f"/queue/{verb}"))["code"] == "forbidden"
    assert not Queue.objects.exists()
    assert not AuditEntry.objects.filter(act__startswith="queue").exists()
