"""Somebody who only asks gets an answer in words, and no file is touched by it."""

import pytest

from agents.engine import replay
from agents.enums import JobKind
from agents.errors import AppBroken
from agents.models import Step
from agents.services import jobs
from projects.models import ChangeSet, Project, User
from projects.services import files
from sandboxes.models import Sandbox
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = "I would change `style.css`:\n\n```css\nh1 { color: green; }\n```\n\nNothing else."


@pytest.fixture
def styled(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "style.css", b"h1 {\n  color: navy;\n}\n", by=owner)
    return project


def ask(project: Project, owner: User, text: str = "How would you make it green?"):
    return jobs.start(project=project, text=text, by=owner, model="own-model", kind=JobKind.PLAN)


def spoken(project: Project) -> list[str]:
    return [payload["text"] for payload in payloads(project, "message_sent") if payload["role"] == "assistant"]


def test_a_question_is_answered_and_nothing_changed(server: ModelServer, styled: Project, owner: User):
    before = tree(styled)
    server.will(says(ANSWER))
    job = run(ask(styled, owner))
    assert (job.state, job.phase, job.output) == ("completed", "complete", {"version": None})
    assert (spoken(styled), tree(styled)) == ([ANSWER], before)
    assert [payload["phase"] for payload in payloads(styled, "phase_changed")] == ["designing", "complete"]
    assert "color: navy" in server.seen[0].body["messages"][0]["content"]


@pytest.mark.parametrize(
    "reply", [written("style.css"), edit("style.css", "  color: navy;", "  color: red;"), "rm style.css\n"]
)
def test_what_it_writes_all_the_same_reaches_no_file(server: ModelServer, styled: Project, owner: User, reply: str):
    before = tree(styled)
    server.will(says(reply))
    job = run(ask(styled, owner))
    assert (job.state, tree(styled)) == ("completed", before)
    assert payloads(styled, "file_closed") == []
    assert ChangeSet.objects.get(job_ref=job.pk).changes.count() == 0
    assert replay.run(job).is_identical


def test_a_project_without_files_can_be_talked_about_first(server: ModelServer, project: Project, owner: User):
    server.will(says("A page with a list."))
    job = run(ask(project, owner, "How would you build a shelf?"))
    assert (job.kind, job.state, tree(project)) == ("plan", "completed", {})
    assert wish(project, owner).kind == "generate", "what comes next is still the first build"


def test_what_was_said_goes_along_and_what_waits_behind_does_not(server: ModelServer, styled: Project, owner: User):
    server.will(says(ANSWER))
    run(ask(styled, owner))
    second = ask(styled, owner, "And blue?")
    ask(styled, owner, "And red?")
    run(second)
    said = [message["content"] for message in server.seen[-1].body["messages"][1:]]
    assert said == ["How would you make it green?", ANSWER, "And blue?"]
    assert asked(server)[-1] == "And blue?"


def test_an_answer_that_broke_off_is_said_as_far_as_it_came_and_asked_for_again(
    server: ModelServer, styled: Project, owner: User
):
    server.will(Script(pieces=ANSWER.splitlines(keepends=True), cut_after=2), says(ANSWER))
    job = run(ask(styled, owner), times=2)
    assert (job.state, spoken(styled)) == ("completed", ["I would change `style.css`:", ANSWER])
    assert Step.objects.filter(job=job, key="plan", state="done").count() == 1


def test_an_empty_answer_is_none(server: ModelServer, styled: Project, owner: User):
    server.will(says(" \n"))
    job = run(ask(styled, owner), times=6)
    assert (job.state, job.error and job.error["code"]) == ("failed", "malformed_output")


def test_the_demo_says_that_it_cannot(styled: Project, owner: User, settings):
    settings.DEMO_PACE = 0
    job = run(jobs.start(project=styled, text="How?", by=owner, kind=JobKind.PLAN))
    assert job.state == "completed"
    assert "it only plays back changes that were recorded" in spoken(styled)[0]


def test_an_answer_that_reached_its_length_says_so(server: ModelServer, styled: Project, owner: User):
    server.will(says("First I would change the", finish="length"))
    run(ask(styled, owner))
    assert "Here the answer reached the length" in spoken(styled)[0]


def test_a_wish_after_a_question_is_the_first_build_and_its_own_wish(
    server: ModelServer, project: Project, owner: User
):
    ask(project, owner, "How would you build a shelf?")
    first = wish(project, owner, "Build the shelf")
    assert (first.kind, first.input["wish"]) == ("generate", "Build the shelf")


def test_who_asks_about_a_failed_build_still_sees_it(server: ModelServer, project: Project, owner: User, monkeypatch):
    server.will(says(blueprint()), says(written(*PAGE)))
    job = wish(project, owner)
    monkeypatch.setattr("agents.engine.start._start", _broken)
    monkeypatch.setattr("agents.engine.repair.MOST_ROUNDS", 0)
    assert run(job).state == "failed"
    shown = Sandbox.objects.get().changeset
    server.will(says("Because it does not start."))
    assert run(ask(project, owner, "Why did it fail?")).state == "completed"
    assert Sandbox.objects.get().changeset == shown
    assert "document.title" in server.seen[0].body["messages"][0]["content"]


def _broken(context: object) -> dict[str, object]:
    raise AppBroken("start_failed", "The app did not answer with a page.", "Error: no")
