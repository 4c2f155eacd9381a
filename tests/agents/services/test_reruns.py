"""Asking for a job again with another model: what it is given, and what stands against it."""

import pytest

from agents.errors import NotPossible, Unfit
from agents.lifecycle import leases, moves, plans
from agents.lifecycle import reruns as lines
from agents.lifecycle.failures import Failure
from agents.models import AgentState, Job, Message, Session
from agents.services import jobs, reruns, telling
from projects import errors
from projects.enums import AuthorKind
from projects.models import Branch, Event, Project, User, Version
from projects.services import branches, changesets, files, projects, secrets
from tests import locks
from tests.agents.lifecycle.test_turns import chore
from tests.threads import together

MODEL = "openrouter/maker/Model-4.5:free"


def again(job: Job, owner: User, model: str = MODEL, **more: str) -> Job:
    return reruns.start(job, model=model, by=owner, **more)


def failed(job: Job) -> Job:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, Failure("provider_down", "Gone."))
    job.refresh_from_db()
    return job


@pytest.fixture
def wished(job: Job, owner: User) -> Job:
    """A first build that was stopped."""
    jobs.stop(job, by=owner)
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def edited(project: Project, owner: User) -> Job:
    """An edit of version 1 that failed, before version 2."""
    main = project.branches.get()
    files.save(main, "a.txt", b"1", by=owner)
    job = jobs.start(project=project, text="Two, please", by=owner)
    changesets.open(branch=main, author_kind=AuthorKind.AGENT, job_ref=job.pk)
    failed(job)
    files.save(main, "a.txt", b"2", by=owner, expected=None)
    return job


def test_a_first_wish_begins_from_nothing_on_a_branch_of_its_own(wished: Job, owner: User):
    made = again(wished, owner)
    assert (made.branch.name, made.branch.head, made.branch.created_by) == ("again-model-4-5-free-1", None, owner)
    assert (made.kind, made.state, made.model, made.rerun_of) == ("generate", "queued", MODEL, wished)
    assert (made.input["text"], made.input["wish"], made.input["model"]) == ("A reading list", "A reading list", MODEL)
    assert made.lane != wished.lane
    assert leases.claim(made.pk, worker="test") is not None


def test_an_edit_begins_from_the_version_that_it_began_from(edited: Job, owner: User, project: Project):
    made = again(edited, owner)
    assert made.branch.head == Version.objects.get(project=project, number=1)
    assert (made.kind, made.input["began_at"], made.input["text"]) == ("edit", 1, "Two, please")
    assert project.branches.get(name="main").head == Version.objects.get(project=project, number=2)


def test_it_is_a_conversation_of_its_own(wished: Job, owner: User):
    made = again(wished, owner)
    assert made.session is not None
    assert (made.session.title, made.session.branch, made.session.created_by) == (
        f"Again with {MODEL}",
        made.branch,
        owner,
    )
    [said] = Message.objects.filter(session=made.session)
    assert (said.text, said.author, said.job, str(said.pk)) == ("A reading list", owner, made, made.input["message"])


def test_what_was_said_on_its_way_is_said_again_and_masked_by_now(job: Job, owner: User, project: Project):
    telling.steer(job, "In green like q9-Kx27-wz81-Lm", by=owner)
    jobs.stop(job, by=owner)
    secrets.put(project, name="API_KEY", value="q9-Kx27-wz81-Lm", by=owner)
    made = again(job, owner)
    said = Message.objects.filter(job=made).order_by("created_at").values_list("text", flat=True)
    assert list(said) == ["A reading list", "In green like [secret API_KEY]"]


@pytest.mark.parametrize("place", ["text", "wish"])
def test_what_is_longer_than_anybody_may_say_is_not_asked_for_again(wished: Job, owner: User, place: str):
    Job.objects.filter(pk=wished.pk).update(input={**wished.input, place: "x" * 20_001})
    count = Job.objects.count()
    with pytest.raises(Unfit, match="up to 20,000"):
        again(wished, owner)
    assert Job.objects.count() == count


def test_nor_what_was_said_on_its_way(job: Job, owner: User):
    telling.steer(job, "In green", by=owner)
    jobs.stop(job, by=owner)
    Message.objects.filter(job=job, text="In green").update(text="x" * 20_001)
    with pytest.raises(Unfit, match="up to 20,000"):
        again(job, owner)


@pytest.mark.parametrize("text", ["", "Mend the app."])
def test_what_was_asked_for_by_its_name_is_asked_for_again(edited: Job, owner: User, text: str):
    Job.objects.filter(pk=edited.pk).update(kind="repair", input={**edited.input, "text": text, "wish": ""})
    made = again(edited, owner)
    assert (made.kind, made.input["text"]) == ("repair", text)


def test_both_branches_are_told_and_told_of_its_end(wished: Job, owner: User, project: Project):
    made = again(wished, owner)
    told = Event.objects.filter(project=project, kind="job_run_again").order_by("seq")
    assert [(event.branch_id, event.job_ref) for event in told] == [
        (wished.branch_id, wished.pk),
        (made.branch_id, made.pk),
    ]
    assert told[0].payload == told[1].payload
    assert told[0].payload == {
        "job": str(made.pk),
        "original": str(wished.pk),
        "title": "A reading list",
        "model": MODEL,
        "state": "queued",
        "branch": "again-model-4-5-free-1",
        "original_branch": "main",
        "began_at": None,
    }
    jobs.stop(made, by=owner)
    assert [event.payload["state"] for event in told.all()] == ["queued", "queued", "cancelled", "cancelled"]


def test_again_and_again_it_says_from_which_it_was(wished: Job, owner: User):
    second = again(wished, owner, "demo")
    jobs.stop(second, by=owner)
    third = again(second, owner, "demo")
    assert (third.rerun_of, lines.first_of(third), third.branch.name) == (second, wished, "again-demo-2")
    assert lines.first_of(wished) == wished


def test_a_model_without_a_word_and_several_models_give_a_name_too(wished: Job, owner: User):
    assert again(wished, owner, "openai/…").branch.name == "again-model-1"
    assert again(wished, owner, "openai/x, openai/y").branch.name == "again-x-1"


def test_the_branch_may_be_named(wished: Job, owner: User):
    assert again(wished, owner, branch="idea/blue").branch.name == "idea/blue"
    count = Job.objects.count()
    with pytest.raises(errors.BadName, match="already"):
        again(wished, owner, branch="idea/blue")
    assert (Job.objects.count(), Session.objects.count()) == (count, 2)


def test_a_plan_that_was_to_be_seen_is_seen_again(project: Project, owner: User):
    job = jobs.start(project=project, text="A shelf", by=owner, approval="ask")
    Job.objects.filter(pk=job.pk).update(input={**job.input, plans.KEY: plans.GIVEN, plans.EDITED: True})
    jobs.stop(job, by=owner)
    made = again(job, owner)
    assert (made.input[plans.KEY], plans.EDITED in made.input) == (plans.ASK, False)


def test_the_same_key_gives_the_same_job(wished: Job, owner: User):
    first = again(wished, owner, idempotency_key="k" * 32)
    assert again(wished, owner, idempotency_key="k" * 32) == first
    assert (Job.objects.count(), Branch.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("model", "why"),
    [("", "which model"), ("nobody/x", "no model provider"), ("demo/nothing", "no recording"), ("a,", "missing")],
)
def test_a_model_that_nobody_knows_is_refused_without_a_trace(wished: Job, owner: User, model: str, why: str):
    seq = Event.objects.count()
    with pytest.raises(Unfit, match=why):
        again(wished, owner, model)
    assert (Job.objects.count(), Branch.objects.count(), Event.objects.count()) == (1, 1, seq)


def test_what_has_not_ended_is_not_run_again(job: Job, owner: User):
    with pytest.raises(NotPossible, match="is queued"):
        again(job, owner)


@pytest.mark.parametrize("kind", ["install", "start"])
def test_what_only_tried_the_app_is_not_run_again(edited: Job, kind: str):
    Job.objects.filter(pk=edited.pk).update(kind=kind)
    edited.refresh_from_db()
    assert "asked no model" in reruns.refusal(edited)


def test_what_asked_no_model_is_not_run_again(project: Project, owner: User):
    push = chore(project)
    jobs.stop(push, by=owner)
    with pytest.raises(NotPossible, match="asked no model"):
        again(push, owner)


def test_what_never_began_is_not_run_again(project: Project, owner: User):
    files.save(project.branches.get(), "a.txt", b"1", by=owner)
    job = jobs.start(project=project, text="Two", by=owner)
    jobs.stop(job, by=owner)
    with pytest.raises(NotPossible, match="before it began"):
        again(job, owner)
    assert Branch.objects.count() == 1


def test_nothing_is_run_again_in_a_project_that_is_put_away(wished: Job, owner: User, project: Project):
    projects.archive(project, by=owner)
    with pytest.raises(NotPossible, match="archived"):
        again(wished, owner)


def test_a_job_that_was_deleted_meanwhile_is_not_there(wished: Job, owner: User):
    Job.objects.all().delete()
    with pytest.raises(NotPossible, match="does not exist"):
        again(wished, owner)


def test_what_is_tried_leaves_the_project_and_the_state_of_main_alone(wished: Job, owner: User, project: Project):
    made = again(wished, owner)
    before = AgentState.objects.filter(project=project).values().first()
    lease = leases.claim(made.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        plans.keep(held, {"name": "Other", "stack": "python", "phases": []})
    project.refresh_from_db()
    made.branch.refresh_from_db()
    assert (project.name, project.template, made.branch.template) == ("Shelf", "", "python")
    assert AgentState.objects.filter(project=project).values().first() == before
    assert Event.objects.filter(kind="blueprint_ready").get().payload["name"] == "Shelf"


def test_a_branch_that_was_only_tried_may_go_and_the_first_one_stays(wished: Job, owner: User):
    made = again(wished, owner)
    with pytest.raises(errors.Protected, match="at work"):
        branches.delete(made.branch, by=owner)
    jobs.stop(made, by=owner)
    branches.delete(made.branch, by=owner)
    assert [job.pk for job in Job.objects.all()] == [wished.pk]
    assert again(wished, owner).branch.name == made.branch.name


def test_a_branch_that_was_gone_on_with_stays(wished: Job, owner: User, project: Project):
    spoken, begun = again(wished, owner), again(wished, owner)
    jobs.stop(jobs.start(project=project, branch=spoken.branch, text="Darker", by=owner), by=owner)
    Session.objects.create(project=project, branch=begun.branch, title="More", created_by=owner)
    for made in (spoken, begun):
        jobs.stop(made, by=owner)
        with pytest.raises(errors.Protected, match="conversation"):
            branches.delete(made.branch, by=owner)


def test_the_first_deleted_the_other_stands_alone(wished: Job, owner: User):
    made = again(wished, owner)
    Job.objects.filter(pk=wished.pk).delete()
    made.refresh_from_db()
    assert (made.rerun_of, lines.first_of(made)) == (None, made)
    jobs.stop(made, by=owner)
    assert Event.objects.filter(kind="job_run_again").count() == 2, "nobody is left to be told"


def test_it_says_beforehand_what_stands_against_it(job: Job, project: Project, owner: User):
    assert reruns.refusal(job) == "This job is queued. It can be run again when it has ended."
    assert "asked no model" in reruns.refusal(chore(project))
    jobs.stop(job, by=owner)
    assert reruns.refusal(Job.objects.get(pk=job.pk)) == ""


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_are_one_and_without_two(transactional_db: None, wished: Job, owner: User):
    with locks.in_order():
        together(*[lambda: again(wished, owner, idempotency_key="k" * 32)] * 2)
    assert list(Branch.objects.order_by("name").values_list("name", flat=True)) == ["again-model-4-5-free-1", "main"]
    together(*[lambda: again(wished, owner)] * 2)
    assert sorted(Job.objects.exclude(rerun_of=None).values_list("branch__name", flat=True)) == [
        f"again-model-4-5-free-{number}" for number in (1, 2, 3)
    ]
