"""What the agent is doing, over both versions of the API."""

import pytest

from agents.lifecycle import leases, moves
from agents.lifecycle.failures import Failure
from agents.models import AgentState
from agents.services import jobs
from projects import feed
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def path(people: People, version: int) -> str:
    if version == 1:
        return f"/api/agent-state/{people.project.pk}"
    return f"/projects/{people.project.pk}/agent-state"


def reset(people: People, version: int) -> tuple[str, str]:
    return ("DELETE", path(people, 1)) if version == 1 else ("POST", f"{path(people, 2)}/reset")


@pytest.mark.parametrize("version", [1, 2])
def test_it_is_read(people: People, program: Programs, version: int) -> None:
    asks = program(people.viewer)
    idle = asks.get(path(people, version)).json()
    assert (idle["phase"], idle["job"], idle["job_state"], idle["updated_at"]) == ("idle", None, None, None)
    assert idle["last_seq"] == feed.last_seq(people.project.pk)
    job = jobs.start(project=people.project, text="A reading list", by=people.owner)
    told = asks.get(path(people, version)).json()
    assert (told["job"], told["job_state"], told["waits"]) == (str(job.pk), "queued", "Nobody works on the queue.")
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
    told = asks.get(path(people, version)).json()
    assert (told["phase"], told["job_state"], told["waits"]) == ("designing", "running", "")


@pytest.mark.parametrize("version", [1, 2])
def test_it_is_put_back(people: People, program: Programs, version: int) -> None:
    job = jobs.start(project=people.project, text="A reading list", by=people.owner)
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, Failure("internal"))
    answer = program(people.editor)(*reset(people, version))
    assert answer.status_code == 200, answer.content
    assert (answer.json()["phase"], answer.json()["job"]) == ("idle", None)


@pytest.mark.parametrize("version", [1, 2])
def test_while_a_job_is_active_and_by_viewers_it_is_not(people: People, program: Programs, version: int) -> None:
    job = jobs.start(project=people.project, text="A reading list", by=people.owner)
    jobs.pause(job, by=people.owner)
    before = (list(AgentState.objects.values()), feed.last_seq(people.project.pk))
    told = problem(program(people.editor)(*reset(people, version)))
    assert (told["status"], told["code"]) == (409, "wrong_state")
    assert program(people.viewer)(*reset(people, version)).status_code == 403
    assert program(people.stranger)(*reset(people, version)).status_code == 404
    assert (list(AgentState.objects.values()), feed.last_seq(people.project.pk)) == before
