"""Replies that break off are charged once, about, whoever stops, cuts or dies."""

from collections.abc import Callable, Generator, Iterator
from decimal import Decimal

import pytest
from django.db.models import Sum

from agents import pricing, tokens
from agents.engine import calls, purse
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.errors import ModelFailure
from agents.lifecycle import leases, moves
from agents.llm.base import Request, Turn
from agents.models import Generation, Job, Step
from agents.services import amending, jobs
from projects import feed
from projects.models import Project, User
from tests.agents.engine.replies import PAGE, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.test_interruptions import REST, SILENT, at_the_second_file
from tests.agents.engine.whole import in_background, payloads, run, work_on
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

# Stands in the list of prices, also on a server of one's own.
MODEL = "openrouter/anthropic/claude-sonnet-4-5"
INTO, OUT = Decimal("0.000003"), Decimal("0.000015")
PIECES = written(*PAGE).splitlines(keepends=True)


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    return jobs.start(project=project, text="A shelf for my books", by=owner, model=MODEL, budget=Decimal(5))


@pytest.fixture
def building(server: ModelServer, job: Job) -> Job:
    server.will(says(blueprint()), SILENT, says(REST))
    return job


def call(context: Context, words: str = "x " * 500) -> Call:
    step, _ = Step.objects.get_or_create(job=context.job, key="edit", defaults={"ordinal": 1, "title": "One"})
    return Call(context, step, Request(model=MODEL, messages=(Turn("user", words),)), "hash")


def booked(error: str) -> Generation:
    return Generation.objects.get(error_code=error)


def assert_is_about_right(row: Generation) -> None:
    """The prompt as it was held for, what arrived, and the price of both."""
    messages = [Turn(turn["role"], turn["text"]) for turn in row.request["messages"]]
    assert row.input_tokens == pricing.input_tokens(Request(model=MODEL, messages=tuple(messages))) > 0
    assert row.output_tokens == min(tokens.count(row.response), row.request["max_tokens"] or 10**9)
    assert (row.state, row.is_estimated) == ("settled", True)
    assert row.cost == row.input_tokens * INTO + row.output_tokens * OUT


def assert_adds_up(job: Job) -> None:
    job.refresh_from_db()
    assert job.spent == Generation.objects.filter(job=job).aggregate(all=Sum("cost"))["all"] > 0
    assert job.is_spent_estimated
    assert job.reserved == 0


@pytest.mark.parametrize(("verb", "state"), [(jobs.stop, "cancelled"), (jobs.pause, "paused")])
def test_who_stops_in_the_middle_pays_for_what_came(
    building: Job, owner: User, verb: Callable[..., object], state: str
):
    thread = in_background(building)
    wait_for(lambda: at_the_second_file(building), seconds=60, what="the second file")
    assert Generation.objects.get(state="open").is_estimated
    verb(building, by=owner)
    thread.join(timeout=10)
    building.refresh_from_db()
    assert building.state == state
    half = booked("cancelled")
    assert half.response == "".join(SILENT.pieces[:12])
    assert_is_about_right(half)
    assert_adds_up(building)
    told = payloads(building.project, f"job_{state}")[-1]
    assert (told["is_cost_estimated"], told["cost"]) == (True, f"{building.spent:.2f}")


def test_a_reply_that_is_cut_is_charged_for_what_came(server: ModelServer, job: Job):
    server.will(says(blueprint()), Script(pieces=PIECES, cut_after=12), says(REST))
    assert run(job, times=2).state == "completed"
    cut = booked("truncated")
    assert cut.response == "".join(PIECES[:12])
    assert_is_about_right(cut)
    assert_adds_up(job)
    assert not Generation.objects.filter(error_code="", is_estimated=True).exists()
    assert "for about $" in feed.fold(job.project, ["chat"])["chat"]


def test_who_leaves_in_the_middle_pays_for_what_came(server: ModelServer, job: Job):
    server.will(Script(pieces=PIECES, hang_after=12))
    texts = call(work_on(job)).texts()
    came = next(texts)
    texts.close()
    assert came
    assert_is_about_right(booked("abandoned"))
    assert_adds_up(job)


def test_what_the_provider_counted_is_not_estimated(server: ModelServer, job: Job):
    server.will(says("Hello\n", usage={"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.25}))
    assert "".join(call(work_on(job)).texts()) == "Hello\n"
    row = Generation.objects.get()
    assert (row.input_tokens, row.output_tokens, row.cost, row.is_estimated) == (7, 3, Decimal("0.25"), False)
    job.refresh_from_db()
    assert (job.spent, job.is_spent_estimated) == (Decimal("0.25"), False)


def test_a_whole_reply_that_nobody_counted_is_estimated(server: ModelServer, job: Job):
    server.will(says("Hello\n", usage=None))
    assert "".join(call(work_on(job)).texts()) == "Hello\n"
    assert_is_about_right(booked(""))
    assert_adds_up(job)


def test_who_is_refused_before_the_first_word_pays_nothing(server: ModelServer, job: Job):
    server.will(says("x", status=401))
    with pytest.raises(ModelFailure):
        list(call(work_on(job)).texts())
    row = booked("auth")
    assert (row.input_tokens, row.output_tokens, row.cost, row.is_estimated) == (0, 0, None, False)
    job.refresh_from_db()
    assert (job.spent, job.reserved) == (Decimal(0), Decimal(0))
    assert not job.is_spent_estimated


def test_whom_nobody_reached_pays_nothing(job: Job, settings):
    settings.DJINN_API_BASE = "http://127.0.0.1:9/v1"
    one = call(work_on(job))
    one._open()
    one._settle(error="timeout", is_used=False)
    assert (booked("timeout").input_tokens, booked("timeout").is_estimated) == (0, False)
    job.refresh_from_db()
    assert job.spent == Decimal(0)


@pytest.fixture
def died(server: ModelServer, job: Job, monkeypatch: pytest.MonkeyPatch) -> Iterator[Generator[str]]:
    """Its worker is gone in the middle of the reply, and nobody has settled it. Who closes this finds it alive."""
    monkeypatch.setattr(calls, "_FLUSH_EVERY", 0.0)
    server.will(Script(pieces=PIECES, hang_after=3))
    texts = call(work_on(job)).texts()
    for _ in range(3):
        next(texts)
    leases.release_all()
    job.refresh_from_db()
    assert not job.spent
    assert job.reserved > 0
    yield texts
    texts.close()


def test_over_whom_a_worker_died_is_charged_by_who_takes_it_over(died: Generator[str], job: Job):
    assert leases.claim(job.pk, worker="next") is not None
    row = booked("lost")
    assert row.response == "".join(PIECES[:3])
    assert_is_about_right(row)
    assert_adds_up(job)


@pytest.mark.parametrize("verb", [jobs.stop, jobs.pause])
def test_over_whom_a_worker_died_is_charged_by_who_stops_it(
    died: Generator[str], job: Job, owner: User, verb: Callable[..., object]
):
    verb(job, by=owner)
    assert_is_about_right(booked("lost"))
    assert_adds_up(job)
    told = [payload for kind in ("job_cancelled", "job_paused") for payload in payloads(job.project, kind)]
    assert [(one["is_cost_estimated"], one["cost"]) for one in told] == [(True, f"{job.spent:.2f}")]


def test_one_that_lives_after_all_is_not_charged_again(died: Generator[str], job: Job):
    assert leases.claim(job.pk, worker="next") is not None
    job.refresh_from_db()
    spent = job.spent
    died.close()
    job.refresh_from_db()
    assert (job.spent, Generation.objects.count()) == (spent, 1)
    assert booked("lost").cost == spent


def test_of_a_lost_reply_no_more_is_charged_than_it_was_allowed(job: Job):
    context = work_on(job)
    step = Step.objects.create(job=job, key="edit", ordinal=1, role="builder", title="One")
    Generation.objects.create(
        job=job,
        step=step,
        model=MODEL,
        input_tokens=100,
        response="word " * 50,
        request={"messages": [], "max_tokens": 9},
    )
    leases.release_all()
    assert leases.claim(context.job.pk, worker="next") is not None
    row = booked("lost")
    assert (row.output_tokens, row.cost, row.is_estimated) == (9, 100 * INTO + 9 * OUT, True)


def test_a_lost_recording_has_used_nothing(job: Job):
    context = work_on(job)
    step = Step.objects.create(job=job, key="edit", ordinal=1, role="builder", title="One")
    Generation.objects.create(job=job, step=step, model="demo", input_tokens=100, is_estimated=True, response="word ")
    leases.release_all()
    assert leases.claim(context.job.pk, worker="next") is not None
    row = booked("lost")
    assert (row.state, row.input_tokens, row.output_tokens, row.cost, row.is_estimated) == (
        "settled",
        0,
        0,
        None,
        False,
    )


def test_replies_that_break_off_use_up_the_budget(server: ModelServer, job: Job):
    """None of them is ever counted, and still no more is asked for than was allowed."""
    server.will(Script(pieces=["word " * 2_000] * 3, cut_after=2))
    context = work_on(job)
    Job.objects.filter(pk=job.pk).update(budget=Decimal("0.15"))
    with pytest.raises(purse.BudgetReached) as dry:
        for _ in range(20):
            with pytest.raises(ModelFailure, match="truncated"):
                list(call(context).texts())
    assert_adds_up(job)
    assert Decimal("0.05") < job.spent <= Decimal("0.15") < dry.value.needed
    with context.hold() as held:
        moves.run_dry(held, needed=dry.value.needed)
    assert payloads(job.project, "budget_reached")[-1]["is_spent_estimated"] is True
    assert "About $" in feed.fold(job.project, ["chat"])["chat"]
    amending.allow(job, dry.value.needed, by=job.created_by)
    assert leases.claim(job.pk, worker="next") is not None
