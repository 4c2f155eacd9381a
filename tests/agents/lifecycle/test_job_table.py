"""What each verb of a door does in each state a job can be in, as a table."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F

from agents import errors
from agents.enums import Phase, WaitingFor
from agents.lifecycle import failures, leases, moves
from agents.models import Job
from agents.services import jobs
from projects import feed
from projects.models import User

REFUSED = "refused"


def _complete(job: Job) -> None:
    moves.advance(job, Phase.IMPLEMENTING)
    moves.complete(job, output={"version": 1})


# How a worker that has just begun brings it there.
STATES: dict[str, Callable[[Job], None]] = {
    "waiting": lambda job: moves.try_again(job, failures.Failure("rate_limit"), after=timedelta(seconds=30)),
    "paused": lambda job: moves.pause(job, waiting_for=WaitingFor.USER),
    "completed": _complete,
    "failed": lambda job: moves.fail(job, failures.Failure("start_failed")),
    "cancelled": moves.cancel,
}
# state: (stop, pause, resume, retry), each the state and the intent afterwards
TABLE: dict[str, tuple[object, object, object, object]] = {
    "queued": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED),
    "waiting": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED),
    "running": (("running", "cancel"), ("running", "pause"), REFUSED, REFUSED),
    "orphaned": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED),
    "stopping": (("running", "cancel"), ("running", "cancel"), REFUSED, REFUSED),
    "paused": (("cancelled", ""), ("paused", ""), ("queued", ""), REFUSED),
    "completed": (("completed", ""), ("completed", ""), REFUSED, REFUSED),
    "failed": (("failed", ""), ("failed", ""), REFUSED, ("queued", "")),
    "cancelled": (("cancelled", ""), ("cancelled", ""), REFUSED, REFUSED),
}
VERBS = (jobs.stop, jobs.pause, jobs.resume, jobs.retry)


def _stay(job: Job) -> None:
    """Running."""


def bring(job: Job, state: str, owner: User) -> None:
    """By real moves of a worker."""
    if state == "queued":
        return
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        STATES.get(state, _stay)(held)
    if state == "orphaned":
        leases.release_all()
    if state == "stopping":
        jobs.stop(job, by=owner)


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("number", range(4), ids=[verb.__name__ for verb in VERBS])
def test_a_verb_does_what_the_table_says(job: Job, owner: User, state: str, number: int):
    bring(job, state, owner)
    before = feed.last_seq(job.project_id)
    expected = TABLE[state][number]
    if expected == REFUSED:
        with pytest.raises(errors.NotPossible, match=r"This job is \w+, not \w+\."):
            VERBS[number](job, by=owner)
        assert feed.last_seq(job.project_id) == before
        return
    kept = Job.objects.get(pk=job.pk)
    VERBS[number](job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.intent) == expected
    if job.state == kept.state:
        assert feed.last_seq(job.project_id) == before


@pytest.mark.parametrize("state", ["queued", "waiting", "paused", "failed", "orphaned"])
def test_who_goes_on_is_due_at_once_and_where_it_was(job: Job, owner: User, state: str):
    bring(job, state, owner)
    if state not in ("paused", "failed"):
        jobs.pause(job, by=owner)
    (jobs.retry if state == "failed" else jobs.resume)(job, by=owner)
    job.refresh_from_db()
    phase = "idle" if state == "queued" else "designing"
    assert (job.state, job.phase, job.phase_before, job.not_before) == ("queued", phase, "", None)
    assert leases.claim(job.pk, worker="next") is not None


def test_what_many_small_calls_cost_adds_up(job: Job):
    for _ in range(3):
        Job.objects.filter(pk=job.pk).update(spent=F("spent") + Decimal("0.000004"))
    job.refresh_from_db()
    assert job.spent == Decimal("0.000012")
