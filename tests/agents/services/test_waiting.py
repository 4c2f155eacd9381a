"""Every job that waits says why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.enums import Gate, WaitingFor
from agents.lifecycle import failures, leases, moves
from agents.models import Job
from agents.services import jobs, queues, waiting
from projects.models import Project, User
from tests.agents.conftest import Workers


@pytest.fixture(autouse=True)
def deserted(workers: Workers) -> Workers:
    return workers


@pytest.fixture
def worker(workers: Workers) -> None:
    workers("generate")


def why(job: Job) -> str:
    return waiting.reason(Job.objects.get(pk=job.pk))


def claimed(job: Job) -> leases.Lease:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    return lease


def test_without_a_worker_nobody_works_on_the_queue(job: Job):
    assert why(job) == "Nobody works on the queue."


def test_with_one_it_waits_for_the_next_that_is_free(job: Job, worker: None):
    assert why(job) == "Waits for a free worker."


def test_it_says_how_many_go_before_it(job: Job, project: Project, owner: User):
    second, third = (jobs.start(project=project, text=text, by=owner) for text in ("Two", "Three"))
    assert (why(second), why(third)) == ("1 job before yours.", "2 jobs before yours.")


def test_it_says_when_it_tries_again_and_what_failed(job: Job):
    with leases.hold(claimed(job)) as held:
        moves.begin(held)
        moves.try_again(held, failures.Failure("rate_limit"), after=timedelta(seconds=30))
    said = why(job)
    seconds = int(said.split()[3])
    assert said == f"Tries again in {seconds} s: the model provider asks us to slow down."
    assert 0 < seconds <= 30


def test_one_that_waits_for_no_failure_says_when(job: Job):
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + timedelta(minutes=5))
    assert why(job).startswith("Tries again in ")
    assert why(job).endswith(" s.")


@pytest.mark.parametrize(
    ("waits_for", "sentence"),
    [
        (WaitingFor.USER, "Waits for you."),
        (WaitingFor.APPROVAL, "Waits for your approval."),
        (WaitingFor.BUDGET, "Waits for more budget."),
        (WaitingFor.ANSWER, "Waits for your answer."),
    ],
)
def test_a_paused_job_says_whom_it_waits_for(job: Job, waits_for: WaitingFor, sentence: str):
    with leases.hold(claimed(job)) as held:
        moves.begin(held)
        moves.pause(held, waiting_for=waits_for)
    assert why(job) == sentence


def test_a_closed_gate_is_told(job: Job, owner: User, worker: None):
    queues.set_gate(Gate.PAUSED, by=owner)
    assert why(job) == "The queue is paused."
    queues.set_gate(Gate.DRAINING, by=owner)
    assert why(job) == "The queue takes nothing new for now."
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now())
    assert why(job) == "Waits for a free worker."


def test_what_runs_or_has_ended_waits_for_nothing(job: Job, owner: User):
    lease = claimed(job)
    assert why(job) == ""
    with leases.hold(lease) as held:
        moves.cancel(held)
    assert why(job) == ""


def test_what_lost_its_worker_says_so(job: Job, worker: None):
    claimed(job)
    Job.objects.filter(pk=job.pk).update(lease_expires=timezone.now() - timedelta(seconds=1))
    assert why(job) == "Its worker is gone; the next goes on from its last step."


def test_many_are_told_at_the_cost_of_few(job: Job, project: Project, owner: User):
    for number in range(12):
        jobs.start(project=project, text=str(number), by=owner)
    found = list(Job.objects.order_by("created_at"))
    with CaptureQueriesContext(connection) as seen:
        told = waiting.told(found)
    assert [one.waits for one in told][:2] == ["Nobody works on the queue.", "1 job before yours."]
    assert len(seen.captured_queries) == 3
