"""A job leaves in a file and comes in again: as a story that is over, whole or not at all."""

import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from agents.engine import edit as editing
from agents.engine import finish, replay, runner
from agents.enums import JobKind, Phase
from agents.errors import NotPossible
from agents.events import ReviewFound
from agents.lifecycle import facts
from agents.models import AgentState, Attempt, Generation, Job, Message, Step
from agents.services import jobs, parcels
from projects import errors, feed
from projects.models import Project, User, Version
from projects.services import files, projects
from tests.agents.engine.replies import PAGE, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import advance, build_without_a_box, payloads, run, wish, work_on
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ModelServer]:
    with model_server.running() as server:
        yield server


@pytest.fixture
def server(shared_server: ModelServer, settings) -> ModelServer:
    settings.DJINN_API_BASE, settings.DJINN_API_KEY = shared_server.url, "sk-test-0123456789"
    return shared_server


@pytest.fixture
def built(project: Project, owner: User) -> Job:
    return build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))


def packed(job: Job) -> bytes:
    return b"".join(parcels.export(job).pieces)


def made(job: Job, owner: User) -> Job:
    return parcels.make(io.BytesIO(packed(job)), by=owner)


def taken(job: Job, project: Project, owner: User) -> Job:
    return parcels.take(io.BytesIO(packed(job)), project, by=owner)


def test_the_same_job_gives_the_same_bytes(built: Job):
    assert packed(built) == packed(built)
    assert parcels.export(built).name == f"job-{str(built.pk)[:8]}.zip"


def test_in_a_project_of_its_own_it_gives_the_same_tree(built: Job, owner: User):
    came = made(built, owner)
    assert (came.pk != built.pk, came.project.name, came.project.template) == (True, built.blueprint["name"], "static")
    outcome = replay.run(came)
    assert (outcome.is_identical, outcome.tree_hash) == (True, replay.run(built).tree_hash)
    assert files.manifest(came.branch) == files.manifest(built.branch)
    assert came.branch.name == "main"


def test_it_has_its_story_and_says_that_it_is_one(built: Job, owner: User):
    came = made(built, owner)
    assert (came.state, came.phase, came.attempts) == ("completed", Phase.COMPLETE, 1)
    assert (came.blueprint, came.plan, came.title) == (built.blueprint, built.plan, "A list")
    for rows in (Step, Attempt, Generation, Message):
        assert rows.objects.filter(job=came).count() == rows.objects.filter(job=built).count() > 0
    steps = [list(Step.objects.filter(job=job).values_list("key", "started_at", "output")) for job in (built, came)]
    assert steps[0] == steps[1]
    calls = [list(Generation.objects.filter(job=job).values_list("created_at", "response")) for job in (built, came)]
    assert calls[0] == calls[1]
    [told] = payloads(came.project, "job_imported")
    assert (told["job"], told["state"], told["calls"]) == (str(came.pk), "completed", len(calls[0]))
    assert AgentState.objects.get(project=came.project).job == came
    assert [one["author"] for one in payloads(came.project, "message_sent") if one["role"] == "user"] == [""]


def test_its_log_names_its_own_rows_alone(built: Job, owner: User):
    came = made(built, owner)
    log = repr([(event.payload, event.job_ref) for event in feed.since(came.project_id, 0, limit=2000)])
    old = [built.pk, built.session_id, *Message.objects.filter(job=built).values_list("pk", flat=True)]
    assert [one for one in old if str(one) in log] == []
    said = [one["message"] for one in payloads(came.project, "message_sent")]
    assert sorted(said) == sorted(str(pk) for pk in Message.objects.filter(job=came).values_list("pk", flat=True))


def test_in_a_project_that_is_there_nothing_is_touched(built: Job, owner: User):
    other = projects.create(name="Other", by=owner)
    mine = build_without_a_box(jobs.start(project=other, text="Other", by=owner, model="demo/kanban"))
    before, state = files.manifest(mine.branch), AgentState.objects.get(project=other)
    came = taken(built, other, owner)
    again = taken(built, other, owner)
    assert (came.branch.name, again.branch.name) == (f"imported-{str(built.pk)[:8]}", f"imported-{str(built.pk)[:8]}-2")
    assert replay.run(came).is_identical
    assert replay.run(again).is_identical
    assert files.manifest(mine.branch) == before
    assert AgentState.objects.get(project=other).job == state.job
    assert jobs.first_wish(other) == "Other"
    asked = jobs.start(project=other, text="And blue", by=owner, model="demo/kanban")
    assert (asked.input["wish"], asked.branch) == ("Other", mine.branch)


def test_a_change_brings_what_it_was_made_on(server: ModelServer, built: Job, owner: User):
    server.will(says(edit("index.html", "<body>", "<body class='new'>")))
    changed = build_without_a_box(jobs.start(project=built.project, text="A class", by=owner, model="own-model"))
    came = made(changed, owner)
    outcome = replay.run(came)
    assert (outcome.is_identical, outcome.tree_hash) == (
        True,
        Version.objects.get(project=built.project, number=2).tree_hash,
    )
    assert [one.message for one in Version.objects.filter(project=came.project).order_by("number")] == [
        "What an imported job began with",
        "A class",
    ]
    assert Version.objects.get(project=came.project, number=1).tree_hash == replay.run(built).tree_hash


def test_what_was_joined_with_the_work_of_others_stays_apart(server: ModelServer, built: Job, owner: User):
    server.will(says(edit("index.html", "<body>", "<body class='new'>")))
    job = jobs.start(project=built.project, text="A class", by=owner, model="own-model")
    context = work_on(job)
    editing.run(context)
    files.save(built.branch, "notes.txt", b"mine\n", by=owner)
    for phase in (Phase.INSTALL, Phase.START):
        advance(context, phase)
    finish.run(context)
    came = made(Job.objects.get(pk=job.pk), owner)
    assert replay.run(came).is_identical
    assert files.manifest(came.branch) == files.manifest(built.branch)
    assert "notes.txt" in files.manifest(came.branch)


def test_a_failed_job_stays_failed_and_has_no_version(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written("index.html")), says("Nothing more."))
    job = run(wish(project, owner), times=5)
    assert job.state == "failed"
    came = made(job, owner)
    assert (came.state, came.error["code"], came.error["retryable"]) == ("failed", "truncated", False)  # type: ignore[index]  # it is there, or the test fails
    assert replay.run(came).is_identical
    assert not Version.objects.filter(project=came.project).exists()
    [end] = payloads(came.project, "job_failed")
    assert (end["job"], end["retryable"], end["code"], end["user_action"]) == (str(came.pk), False, "", "")
    assert end["message"] == job.error["message"]  # type: ignore[index]  # it is there, or the test fails


def test_a_job_that_broke_off_and_went_on(server: ModelServer, project: Project, owner: User):
    lines = written(*PAGE).splitlines(keepends=True)
    server.will(says(blueprint()), Script(pieces=lines, cut_after=8), says(written("style.css", "app.js")))
    came = made(run(wish(project, owner), times=2), owner)
    assert (came.attempts, replay.run(came).is_identical) == (2, True)


def test_it_travels_on_from_where_it_came(built: Job, owner: User):
    Job.objects.filter(pk=built.pk).update(spent=Decimal("1.25"))
    came = made(Job.objects.get(pk=built.pk), owner)
    further = made(came, owner)
    assert replay.run(further).tree_hash == replay.run(built).tree_hash
    assert [one["cost"] for one in payloads(further.project, "job_imported")] == ["1.25"]


@pytest.mark.parametrize("kind", [JobKind.REPAIR, JobKind.REVIEW])
def test_what_was_asked_for_by_its_name_travels(server: ModelServer, built: Job, owner: User, kind: JobKind):
    server.will(says(edit("index.html", "<body>", "<body class='new'>")))
    asked = jobs.start(project=built.project, text="It has no class.", by=owner, model="own-model", kind=JobKind.REPAIR)
    job = run(asked)
    Job.objects.filter(pk=job.pk).update(kind=kind)
    told = ReviewFound(job=str(job.pk), step="review-1", of="phase 1", title="One fault.", text="a.js: <b>")
    with transaction.atomic():
        facts.record(job, "review_found", told)
    came = made(Job.objects.get(pk=job.pk), owner)
    assert (came.kind, came.state, replay.run(came).is_identical) == (kind, "completed", True)
    assert replay.run(came).tree_hash == replay.run(job).tree_hash
    assert payloads(came.project, "review_found") == [{**told, "job": str(came.pk)}]


def test_its_branch_is_of_its_own_stack(built: Job, owner: User):
    other = projects.create(name="Other", by=owner, template="python")
    assert taken(built, other, owner).branch.template == "static"
    Job.objects.filter(pk=built.pk).update(blueprint={})
    unplanned = Job.objects.get(pk=built.pk)
    assert taken(unplanned, other, owner).branch.template == "static"
    assert made(unplanned, owner).project.template == "static"


# --- what never comes of it ----------------------------------------------------------------------


def test_it_costs_nothing_here(built: Job, owner: User):
    Job.objects.filter(pk=built.pk).update(spent=Decimal("1.25"))
    Generation.objects.filter(job=built).update(cost=Decimal("0.5"))
    came = made(Job.objects.get(pk=built.pk), owner)
    assert (came.spent, came.reserved) == (Decimal(0), Decimal(0))
    assert came.budget is None
    assert set(Generation.objects.filter(job=came).values_list("cost", flat=True)) == {None}
    assert came.output["imported"]["spent"] == "1.250000"


def test_it_is_never_tried_again(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=401, error="Incorrect API key"))
    came = made(run(wish(project, owner)), owner)
    with pytest.raises(NotPossible, match="ran elsewhere"):
        jobs.retry(came, by=owner)
    assert runner.execute(came.pk) == []
    came.refresh_from_db()
    assert (came.state, came.attempts) == ("failed", 1)
    assert len(server.seen) == 1


@pytest.mark.parametrize("wrong", [{"state": "queued", "finished_at": None}, {"spent": 1}, {"reserved": 1}])
def test_the_database_holds_it_to_that(built: Job, owner: User, wrong: dict[str, object]):
    came = made(built, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=came.pk).update(**wrong)


# --- refused -------------------------------------------------------------------------------------


def test_a_job_that_goes_on_or_asked_no_model_does_not_travel(job: Job):
    with pytest.raises(NotPossible, match="This job is queued"):
        parcels.export(job)
    jobs.stop(job, by=None)
    job.refresh_from_db()
    assert packed(job)
    for kind in ("push", "install", "start"):
        job.kind = kind
        with pytest.raises(NotPossible, match="asked no model"):
            parcels.export(job)


def test_what_is_refused_at_the_last_moment_leaves_nothing(built: Job, owner: User, monkeypatch: pytest.MonkeyPatch):
    file, before = packed(built), (Project.objects.count(), Job.objects.count(), Version.objects.count())
    monkeypatch.setattr("projects.services.branches.MOST", 1)
    other = projects.create(name="Other", by=owner)
    with pytest.raises(errors.TooLarge):
        parcels.take(io.BytesIO(file), other, by=owner)
    assert (Project.objects.count() - 1, Job.objects.count(), Version.objects.count()) == before
    assert feed.last_seq(other.pk) == 0


def test_a_project_that_is_put_away_takes_nothing(built: Job, owner: User):
    file = packed(built)
    projects.archive(built.project, by=owner)
    with pytest.raises(NotPossible, match="archived"):
        parcels.take(io.BytesIO(file), built.project, by=owner)


@pytest.mark.parametrize("form", ["{pk}", "{owner}/{slug}", "/p/{owner}/{slug}/"])
def test_a_project_is_found_by_what_people_copy(project: Project, form: str):
    written_so = form.format(pk=project.pk, owner=project.owner.handle, slug=project.slug)
    assert parcels.find_project(written_so) == project


@pytest.mark.parametrize("form", ["", "nobody/nothing", "00000000-0000-0000-0000-000000000000"])
def test_a_project_that_is_not_there_is_said_so(project: Project, form: str):
    with pytest.raises(errors.Missing):
        parcels.find_project(form)
