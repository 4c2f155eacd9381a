"""What a job may cost: told by those before it, or as the most it can, and always as what it is."""

import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from agents import errors
from agents.enums import Basis, JobKind
from agents.models import Generation, Job, Step
from agents.services import estimates, jobs
from agents.services.estimates import Spread
from projects.models import Project, User
from projects.services import branches, files

pytestmark = pytest.mark.django_db

SONNET = "anthropic/claude-sonnet-4-5"  # 200,000 tokens read, 64,000 written; 3.75 and 15 dollars for a million


@pytest.fixture(autouse=True)
def live(settings) -> None:
    settings.DJINN_MODEL, settings.DJINN_API_BASE = SONNET, ""
    settings.MODEL_OF_STEP, settings.JOB_BUDGET = {}, 0


def past(
    project: Project,
    cents: Sequence[int | None],
    *,
    kind: str = "edit",
    model: str = SONNET,
    state: str = "completed",
    tokens: int = 1_000,
) -> None:
    """Jobs that ended, each with a call before that failed, and one that cost so much."""
    session = jobs._session(project, None, by=project.owner)
    now = timezone.now()
    for number, each in enumerate(cents):
        error = {"code": "internal"} if state == "failed" else None
        job = Job.objects.create(
            project=project, branch=session.branch, session=session, kind=kind, model=model, state=state,
            finished_at=now, error=error,
        )  # fmt: skip
        Job.objects.filter(pk=job.pk).update(created_at=now - timedelta(minutes=len(cents) - number))
        step = Step.objects.create(job=job, key="edit", ordinal=1, role="builder", title="Edit")
        made = {"job": job, "step": step, "state": "settled", "role": "builder", "provider": "a", "model": model}
        Generation.objects.create(**made, error_code="rate_limit")
        cost = None if each is None else Decimal(each) / 100
        Generation.objects.create(**made, cost=cost, input_tokens=tokens, output_tokens=number)


def test_it_is_the_middle_and_the_range_of_jobs_like_it(project: Project):
    past(project, [30, 10, 20, 100, 50, 40, 60, 70, 80, 90, 1])
    told = estimates.of(JobKind.EDIT)
    assert (told.basis, told.jobs, told.is_per_call) == (Basis.PAST, 11, False)
    assert told.cost == Spread(Decimal("0.50"), Decimal("0.10"), Decimal("0.90"))
    assert told.tokens == Spread(1_005, 1_001, 1_009)
    assert told.says == "Usually about $0.50, from $0.10 to $0.90"


def test_fewer_than_five_say_nothing(project: Project):
    past(project, [10] * 4)
    assert estimates.of(JobKind.EDIT).basis == Basis.BOUND
    past(project, [10])
    assert estimates.of(JobKind.EDIT).basis == Basis.PAST


def test_others_say_nothing_about_it(project: Project):
    past(project, [10] * 9, kind="generate")
    past(project, [10] * 9, model="anthropic/claude-opus-4-5")
    past(project, [10] * 9, state="cancelled")
    past(project, [10] * 9)
    Job.objects.filter(kind="edit", model=SONNET, state="completed").update(imported_at=timezone.now())
    past(project, [0] * 9, tokens=0)
    Generation.objects.filter(input_tokens=0).update(output_tokens=0)
    assert estimates.of(JobKind.EDIT).basis == Basis.BOUND
    assert estimates.of(JobKind.GENERATE).basis == Basis.PAST


def test_what_failed_was_paid_for_too(project: Project):
    past(project, [10] * 3)
    past(project, [20] * 3, state="failed")
    assert estimates.of(JobKind.EDIT).jobs == 6


def test_the_newest_count(project: Project):
    past(project, [900] * 30 + [10] * estimates.MOST)
    told = estimates.of(JobKind.EDIT)
    assert (told.jobs, told.cost) == (100, Spread(Decimal("0.10"), Decimal("0.10"), Decimal("0.10")))


def test_without_a_price_there_are_tokens_alone(project: Project):
    past(project, [None] * 8, model="own/model", tokens=45_000)
    told = estimates.of(JobKind.EDIT, "own-model")
    assert (told.basis, told.cost, told.tokens) == (Basis.BOUND, None, None)
    assert told.says == "Nobody knows what this model costs"
    past(project, [None] * 8, model="own-model", tokens=45_000)
    told = estimates.of(JobKind.EDIT, "own-model")
    assert (told.basis, told.jobs, told.cost) == (Basis.PAST, 8, None)
    assert told.says == "Usually about 45k tokens, from 45k to 45k; its price is not known"


def test_the_most_it_can_cost_is_said_as_such():
    told = estimates.of(JobKind.EDIT)
    whole = 50_000 * Decimal("0.00000375") + 64_000 * Decimal("0.000015")
    assert (told.basis, told.jobs, told.is_per_call) == (Basis.BOUND, 0, True)
    assert (told.cost, told.tokens) == (Spread(whole, whole, whole), Spread(114_000, 114_000, 114_000))
    assert told.says == "$1.15 at most for each call"


def test_a_question_is_one_call():
    assert estimates.of(JobKind.PLAN).says == "$1.15 at most"


def test_no_job_costs_more_than_its_budget(settings):
    settings.JOB_BUDGET = 0.5
    assert [estimates.of(kind).says for kind in (JobKind.EDIT, JobKind.PLAN)] == ["$0.50 at most", "$0.50 at most"]
    settings.JOB_BUDGET = 20
    assert [estimates.of(kind).says for kind in (JobKind.EDIT, JobKind.PLAN)] == ["$20.00 at most", "$1.15 at most"]


def test_the_dearest_that_may_stand_in_is_the_bound(settings):
    opus = estimates.of(JobKind.EDIT, "anthropic/claude-opus-4-5").cost
    assert opus is not None
    assert opus.high == Decimal("1.9125")
    assert estimates.of(JobKind.EDIT, f"{SONNET}, anthropic/claude-opus-4-5").cost == opus
    settings.MODEL_OF_STEP = {"edit": "anthropic/claude-opus-4-5"}
    assert estimates.of(JobKind.EDIT).cost == opus
    assert estimates.of(JobKind.EDIT, SONNET).cost != opus
    assert estimates.of(JobKind.EDIT, f"{SONNET}, openrouter/who/knows").cost is None


def test_of_a_server_of_ones_own_nobody_knows_the_price(settings):
    settings.DJINN_API_BASE = "http://localhost:9"
    told = estimates.of(JobKind.EDIT)
    assert told.says == "114k tokens at most for each call; its price is not known"


@pytest.mark.parametrize("model", ["demo", "demo/kanban", "ollama/llama3"])
def test_what_runs_here_is_free(model: str):
    told = estimates.of(JobKind.GENERATE, model)
    assert (told.basis, told.cost, told.says) == (Basis.FREE, None, "Free of charge")


def test_a_model_that_cannot_be_is_refused():
    with pytest.raises(errors.Unfit, match="no model provider"):
        estimates.of(JobKind.EDIT, "nobody/nothing")


def test_the_kind_is_that_of_what_is_said_next(project: Project, owner: User):
    assert estimates.of_project(project).kind == "generate"
    assert estimates.of_project(project, kind=JobKind.PLAN).kind == "plan"
    files.save(project.branches.get(), "a.txt", b"a", by=owner)
    assert estimates.of_project(project).kind == "edit"
    assert estimates.of_project(project, kind=JobKind.GENERATE).kind == "edit"


def test_what_is_named_is_taken_at_its_word(project: Project):
    past(project, [10] * 5, kind="repair")
    told = [estimates.of_project(project, kind=kind) for kind in (JobKind.REPAIR, JobKind.REVIEW)]
    assert [(one.kind, one.basis) for one in told] == [("repair", Basis.PAST), ("review", Basis.BOUND)]


@pytest.mark.parametrize("kind", [JobKind.INSTALL, JobKind.START])
def test_what_is_only_tried_asks_no_model(project: Project, kind: JobKind):
    told = estimates.of_project(project, kind=kind)
    assert (told.kind, told.basis, told.cost, told.says) == (kind, Basis.FREE, None, "Free of charge")


def test_another_branch_has_another_next_job(project: Project, owner: User):
    files.save(project.branches.get(), "a.txt", b"a", by=owner)
    empty = branches.create_at(project, "empty", None, by=owner)
    assert estimates.of_project(project, branch=empty).kind == "generate"


@pytest.mark.parametrize(
    ("dollars", "words"), [("0.004", "less than $0.01"), ("0", "$0.00"), ("1.005", "$1.00"), ("1234.5", "$1,234")]
)
def test_money_is_written_as_people_do(dollars: str, words: str):
    assert estimates._dollars(Decimal(dollars)) == words


def test_it_is_quick_beside_very_many_jobs(project: Project, django_assert_num_queries, record_property):
    """Two queries over an index, whatever lies behind: three thousand jobs with six thousand calls."""
    past(project, [10])
    job, calls = Job.objects.get(), list(Generation.objects.all())
    many = [Job(**{**_copied(job), "id": None}) for _ in range(3_000)]
    for one in many:
        one.pk = Job._meta.pk.get_default()
    Job.objects.bulk_create(many, batch_size=500)
    Generation.objects.bulk_create(
        [
            Generation(**{**_copied(call), "id": Generation._meta.pk.get_default(), "job_id": one.pk})
            for one in many
            for call in calls
        ],
        batch_size=500,
    )
    estimates.of(JobKind.EDIT)
    took = []
    for _ in range(20):
        began = time.perf_counter()
        with django_assert_num_queries(2):
            estimates.of(JobKind.EDIT)
        took.append(time.perf_counter() - began)
    record_property("figure", f"an estimate beside 3,000 jobs: {sorted(took)[18] * 1000:.1f} ms (p95 of 20)")
    assert sorted(took)[10] < 0.15, "the middle of them: the slowest may be the machine's"


def _copied(row: Job | Generation) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
