"""The agent's state, put back to the beginning."""

import pytest

from agents.errors import NotPossible
from agents.lifecycle import leases, moves
from agents.lifecycle.failures import Failure
from agents.models import AgentState, Job
from agents.services import chores, jobs, states
from projects import feed
from projects.models import Project, User
from projects.services import remotes


def _fail(job: Job) -> None:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, Failure("internal"))


def test_after_a_failure_it_is_idle_again_and_the_page_is_told(job: Job, project: Project, owner: User):
    _fail(job)
    assert jobs.state_of(project).phase == "failed"
    states.reset(project, by=owner)
    assert jobs.state_of(project).phase == "idle"
    told = feed.since(project.pk, 0)[-1]
    assert (told.kind, told.payload["phase"], told.payload["before"]) == ("phase_changed", "idle", "failed")
    job.refresh_from_db()
    assert job.state == "failed", "what happened is not undone"


def test_a_state_that_is_idle_is_left_alone(project: Project, owner: User):
    states.reset(project, by=owner)
    assert feed.since(project.pk, 0) == []


@pytest.mark.parametrize("verb", ["queued", "paused"])
def test_while_a_job_is_active_nothing_is_reset(job: Job, project: Project, owner: User, verb: str):
    if verb == "paused":
        jobs.pause(job, by=owner)
    before = (feed.last_seq(project.pk), list(AgentState.objects.values()))
    with pytest.raises(NotPossible, match="at work"):
        states.reset(project, by=owner)
    assert (feed.last_seq(project.pk), list(AgentState.objects.values())) == before


def test_a_push_is_no_reason_not_to(job: Job, project: Project, owner: User):
    _fail(job)
    chores.push(remotes.add(project, name="origin", url="https://git.example.com/a/b.git", by=owner), by=owner)
    states.reset(project, by=owner)
    assert not AgentState.objects.exists()
