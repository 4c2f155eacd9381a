"""A budget is kept to the cent: put aside before each call, given back after it, and raised by a person alone."""

from decimal import Decimal

import pytest

from agents import pricing
from agents.engine import purse
from agents.errors import NotPossible
from agents.lifecycle import leases
from agents.llm.base import Request, Turn
from agents.models import Generation, Job
from agents.services import jobs
from projects.models import Project, User
from tests.agents.engine.replies import PAGE, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree, work_on
from tests.fakes.model_server import ENDING, ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

# It says in its reply what it charged, and stands in the list of prices.
MODEL = "openrouter/anthropic/claude-sonnet-4-5"


def charged(cost: float) -> dict[str, object]:
    return {**ENDING, "cost": cost}


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    return jobs.start(project=project, text="A shelf for my books", by=owner, model=MODEL)


def allowed(job: Job, budget: str, *, spent: str = "0", words: int = 300, **more: object) -> purse.Reserve:
    Job.objects.filter(pk=job.pk).update(budget=Decimal(budget), spent=Decimal(spent))
    request = Request(model=str(more.get("model", MODEL)), messages=(Turn("user", "x" * words),))
    return purse.put_aside(Job.objects.get(pk=job.pk), request)


def test_a_call_may_say_as_much_as_is_left_pays_for(job: Job) -> None:
    reserve = allowed(job, "0.10")
    assert reserve.request.max_tokens is not None
    assert purse.LEAST_TOKENS < reserve.request.max_tokens < 10_000
    assert Decimal("0.0999") < reserve.amount <= Decimal("0.10")
    bound = pricing.bound(MODEL, reserve.request)
    assert bound is not None
    assert bound <= Decimal("0.10")
    job.refresh_from_db()
    assert job.reserved == reserve.amount.quantize(Decimal("0.000001"))


def test_with_plenty_left_the_model_is_not_held_back(job: Job) -> None:
    reserve = allowed(job, "50")
    assert reserve.request.max_tokens is None
    bound = pricing.bound(MODEL, reserve.request)
    assert bound is not None
    assert bound <= reserve.amount <= bound + Decimal("0.000001")


@pytest.mark.parametrize(("budget", "spent"), [("0.01", "0"), ("1", "1"), ("1", "0.99"), ("1", "2")])
def test_what_may_cost_more_than_is_left_is_not_asked(job: Job, budget: str, spent: str) -> None:
    with pytest.raises(purse.BudgetReached):
        allowed(job, budget, spent=spent)
    job.refresh_from_db()
    assert job.reserved == 0


def test_a_model_without_a_price_is_asked_until_the_budget_is_spent(job: Job) -> None:
    assert allowed(job, "0.01", model="own-model").request.max_tokens is None
    with pytest.raises(purse.BudgetReached):
        allowed(job, "0.01", spent="0.01", model="own-model")


def test_what_is_free_is_never_held_back(job: Job) -> None:
    assert allowed(job, "0.01", model="demo").amount == 0


def test_a_job_pauses_at_its_budget_and_goes_on_when_it_is_raised(
    server: ModelServer, project: Project, owner: User, settings
) -> None:
    settings.JOB_BUDGET = 0.2
    server.will(says(blueprint(), usage=charged(0.19)), says(written(*PAGE), usage=charged(0.05)))
    job = run(jobs.start(project=project, text="A shelf", by=owner, model=MODEL))
    assert (job.state, job.waiting_for, job.phase_before) == ("paused", "budget", "implementing")
    assert (job.spent, job.reserved) == (Decimal("0.19"), Decimal(0))
    assert payloads(project, "budget_reached") == [{"job": str(job.pk), "budget": "0.20", "spent": "0.19"}]
    with pytest.raises(NotPossible, match="budget of this job is used up"):
        jobs.resume(job, by=owner)
    jobs.allow(job, by=owner)
    job = run(job)
    assert (job.state, job.budget, job.spent, job.reserved) == (
        "completed",
        Decimal("0.4"),
        Decimal("0.24"),
        Decimal(0),
    )
    assert tree(project) == PAGE
    assert [step.key for step in job.steps.all()] == ["design", "implement-1", "install", "start"]
    assert server.seen[-1].body["max_tokens"] < 20_000
    assert payloads(project, "job_completed")[-1]["cost"] == "0.24"


def test_only_a_job_that_waits_for_it_can_be_allowed_more(job: Job, owner: User) -> None:
    with pytest.raises(NotPossible):
        jobs.allow(job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.budget) == ("queued", None)


def test_what_a_dead_worker_had_put_aside_is_free_again(job: Job) -> None:
    work_on(job)
    allowed(job, "1")
    assert Job.objects.get(pk=job.pk).reserved > 0
    leases.release_all()
    work_on(job)
    assert Job.objects.get(pk=job.pk).reserved == 0


def test_a_call_that_fails_gives_back_what_it_put_aside(server: ModelServer, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(budget=Decimal(1))
    server.will(says("x", status=503))
    run(job)
    job.refresh_from_db()
    assert (job.reserved, job.spent) == (Decimal(0), Decimal(0))
    assert Generation.objects.filter(job=job, state="settled").exists()
