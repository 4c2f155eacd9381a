"""What each verb of a door, each end that a worker gives and each look of the clock does in each state: as tables."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F

from agents import errors
from agents.enums import Phase, WaitingFor
from agents.lifecycle import failures, leases, moves
from agents.models import Generation, Job, Step
from agents.services import jobs
from projects import feed
from projects.models import User

REFUSED = "refused"


def _complete(job: Job) -> None:
    moves.advance(job, Phase.IMPLEMENTING)
    moves.complete(job, output={"version": 1})


def _dry(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(budget=Decimal(1))
    job.refresh_from_db(fields=["budget"])
    moves.run_dry(job)


# How a worker that has just begun brings it there.
STATES: dict[str, Callable[[Job], None]] = {
    "waiting": lambda job: moves.try_again(job, failures.Failure("rate_limit"), after=timedelta(seconds=30)),
    "paused": lambda job: moves.pause(job, waiting_for=WaitingFor.USER),
    "shown": lambda job: moves.pause(job, waiting_for=WaitingFor.APPROVAL),
    "dry": _dry,
    "completed": _complete,
    "failed": lambda job: moves.fail(job, failures.Failure("start_failed")),
    "cancelled": moves.cancel,
}
Cell = tuple[str, str] | str
# state: (stop, pause, resume, retry, allow), each the state and the intent afterwards
TABLE: dict[str, tuple[Cell, ...]] = {
    "queued": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED, REFUSED),
    "waiting": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED, REFUSED),
    "running": (("running", "cancel"), ("running", "pause"), REFUSED, REFUSED, REFUSED),
    "orphaned": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED, REFUSED),
    "stopping": (("running", "cancel"), ("running", "cancel"), REFUSED, REFUSED, REFUSED),
    "pausing": (("running", "cancel"), ("running", "pause"), REFUSED, REFUSED, REFUSED),
    "paused": (("cancelled", ""), ("paused", ""), ("queued", ""), REFUSED, REFUSED),
    "shown": (("cancelled", ""), ("paused", ""), ("queued", ""), REFUSED, REFUSED),
    "dry": (("cancelled", ""), ("paused", ""), REFUSED, REFUSED, ("queued", "")),
    "completed": (("completed", ""), ("completed", ""), REFUSED, REFUSED, REFUSED),
    "failed": (("failed", ""), ("failed", ""), REFUSED, ("queued", ""), REFUSED),
    "cancelled": (("cancelled", ""), ("cancelled", ""), REFUSED, REFUSED, REFUSED),
}
VERBS = (jobs.stop, jobs.pause, jobs.resume, jobs.retry, jobs.allow)
REASON: dict[Callable[..., object], str] = {
    jobs.allow: r"does not wait for a budget",
    jobs.resume: r"is \w+, not \w+\.|Raise it, and it goes on",
}

# What a worker says that holds it: the state, what it waits for, and how its attempt ended.
ENDS: dict[str, tuple[Callable[[Job], None], str, str, str]] = {
    "complete": (_complete, "completed", "", "completed"),
    "fail": (STATES["failed"], "failed", "", "failed"),
    "cancel": (moves.cancel, "cancelled", "", "cancelled"),
    "pause": (STATES["paused"], "paused", "user", "paused"),
    "show the plan": (STATES["shown"], "paused", "approval", "paused"),
    "run dry": (moves.run_dry, "paused", "budget", "paused"),
    "try again": (STATES["waiting"], "queued", "", "retried"),
    "give way": (moves.give_way, "queued", "", "yielded"),
}
# In these it has a worker, which nobody has taken the place of yet.
HELD = ("running", "orphaned", "stopping", "pausing")
# In these somebody has to be told of it, and takes it.
FREE = ("queued", "orphaned")


def _stay(job: Job) -> None:
    """Running."""


def bring(job: Job, state: str, owner: User) -> leases.Lease:
    """By real moves of a worker; the lease it had, or one that nobody ever gave."""
    if state == "queued":
        return leases.Lease(job.pk, job.project_id, uuid.uuid4())
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        STATES.get(state, _stay)(held)
    if state == "orphaned":
        leases.release_all()
    if state in ("stopping", "pausing"):
        (jobs.stop if state == "stopping" else jobs.pause)(job, by=owner)
    return lease


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("number", range(5), ids=[verb.__name__ for verb in VERBS])
def test_a_verb_does_what_the_table_says(job: Job, owner: User, state: str, number: int):
    bring(job, state, owner)
    before = feed.last_seq(job.project_id)
    expected = TABLE[state][number]
    if expected == REFUSED:
        with pytest.raises(errors.NotPossible, match=REASON.get(VERBS[number], r"This job is \w+, not \w+\.")):
            VERBS[number](job, by=owner)
        assert feed.last_seq(job.project_id) == before
        return
    kept = Job.objects.get(pk=job.pk)
    VERBS[number](job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.intent) == expected
    if job.state == kept.state:
        assert feed.last_seq(job.project_id) == before


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("end", ENDS)
def test_only_a_worker_that_holds_it_gives_it_an_end(job: Job, owner: User, state: str, end: str):
    lease = bring(job, state, owner)
    kept, before = Job.objects.get(pk=job.pk), feed.last_seq(job.project_id)
    give, *expected = ENDS[end]
    if state not in HELD:
        with pytest.raises(leases.LeaseLost), leases.hold(lease):
            pytest.fail("It holds a job that is not its own.")
        assert Job.objects.filter(pk=job.pk).values().get() == vars_of(kept)
        assert feed.last_seq(job.project_id) == before
        return
    with leases.hold(lease) as held:
        give(held)
    job.refresh_from_db()
    newest = job.attempt_rows.order_by("-number")[0]
    assert [job.state, job.waiting_for, newest.outcome] == expected
    asked = kept.intent if job.state == "queued" else ""  # whoever takes it next gives in to it
    assert (job.lease_token, job.intent, newest.finished_at is None) == (None, asked, False)
    assert not leases.extend(lease)


def vars_of(job: Job) -> dict[str, object]:
    return {field.attname: getattr(job, field.attname) for field in job._meta.concrete_fields}


@pytest.mark.parametrize("state", TABLE)
def test_the_clock_tells_of_what_is_free_and_of_nothing_else(job: Job, owner: User, state: str):
    lease = bring(job, state, owner)
    attempts = Job.objects.get(pk=job.pk).attempts
    assert leases.claimable() == ([job.pk] if state in FREE else [])
    taken = leases.claim(job.pk, worker="next")
    job.refresh_from_db()
    assert (taken is not None, job.attempts) == (state in FREE, attempts + (state in FREE))
    assert leases.extend(lease) == (state in HELD and state not in FREE)


@pytest.mark.parametrize("state", TABLE)
def test_when_leases_run_out_only_what_was_held_is_free(job: Job, owner: User, state: str):
    bring(job, state, owner)
    leases.release_all()
    assert leases.claimable() == ([job.pk] if state in {*HELD, "queued"} else [])


@pytest.mark.parametrize("verb", [jobs.stop, jobs.pause])
def test_over_whom_a_worker_died_is_left_without_a_call_under_way(job: Job, owner: User, verb: Callable[..., object]):
    """Nobody is going to settle it, and what it had put aside is free again."""
    lease = bring(job, "running", owner)
    step = Step.objects.create(job=job, key="design", ordinal=1)
    call = Generation.objects.create(job=job, step=step, attempt=1, staged=0)
    Job.objects.filter(pk=job.pk).update(reserved=Decimal(2))
    leases.release_all()
    verb(job, by=owner)
    job.refresh_from_db()
    call.refresh_from_db()
    assert (call.state, call.error_code, job.reserved) == ("settled", "lost", Decimal(0))
    assert not leases.extend(lease)


@pytest.mark.parametrize("state", ["queued", "waiting", "paused", "shown", "failed", "orphaned"])
def test_who_goes_on_is_due_at_once_and_where_it_was(job: Job, owner: User, state: str):
    bring(job, state, owner)
    if state not in ("paused", "shown", "failed"):
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
