"""A plan that somebody wants to see waits before anything is built from it, and is built as they left it."""

import pytest

from agents.engine import replay
from agents.lifecycle import plans
from agents.models import Job
from agents.services import jobs, planning, waiting
from projects import feed
from projects.models import Project, User
from tests.agents.engine.replies import asked, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = {"title": "All of it", "files": [{"path": "index.html", "purpose": "The page"}]}


@pytest.fixture
def job(server: ModelServer, project: Project, owner: User) -> Job:
    """At rest, with its plan to be looked at."""
    server.will(says(blueprint(("index.html", "style.css"))), says(written("index.html", "style.css")))
    made = jobs.start(project=project, text="A shelf", by=owner, model="own-model", approval="ask")
    return run(made)


def edited(job: Job, **more: object) -> dict[str, object]:
    return {**job.blueprint, **more}


def test_it_waits_with_its_plan_shown_and_nothing_built(job: Job, project: Project, server: ModelServer):
    assert (job.state, job.waiting_for, job.phase, job.phase_before) == ("paused", "approval", "paused", "designing")
    assert waiting.reason(job) == "Waits for your approval."
    assert len(payloads(project, "blueprint_ready")) == 1
    assert payloads(project, "job_paused")[-1]["waiting_for"] == "approval"
    assert (tree(project), len(server.seen)) == ({}, 1)
    assert run(job).state == "paused", "no worker takes it before somebody says so"


def test_approved_it_is_built_without_planning_again(job: Job, project: Project, owner: User, server: ModelServer):
    jobs.resume(job, by=owner)
    built = run(job)
    assert (built.state, sorted(tree(project))) == ("completed", ["index.html", "style.css"])
    assert len(server.seen) == 2
    assert replay.run(built).is_identical


def test_what_a_person_made_of_it_is_built(job: Job, project: Project, owner: User, server: ModelServer):
    server.will(says(written("index.html")))
    changed = planning.change(job, edited(job, name="Bookcase", phases=[SMALL]), by=owner, seen=plans.seal(job))
    assert changed.state == "paused"
    jobs.resume(job, by=owner)
    built = run(job)
    assert (built.state, sorted(tree(project))) == ("completed", ["index.html"])
    assert asked(server) == ["Write these files now: index.html"]
    assert '"Bookcase"' in server.seen[0].body["messages"][0]["content"]
    project.refresh_from_db()
    assert project.name == "Bookcase"
    told = [event for event in feed.since(project.pk, 0) if event.kind == "blueprint_ready"]
    assert [event.actor_id for event in told] == [None, owner.pk]
    assert replay.run(built).is_identical


def test_dropped_it_is_over(job: Job, owner: User, project: Project):
    assert jobs.stop(job, by=owner)
    job.refresh_from_db()
    assert (job.state, tree(project)) == ("cancelled", {})


def test_paused_before_it_plans_and_failed_once_it_still_asks(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=503), says(blueprint()), says(written("index.html", "style.css", "app.js")))
    made = jobs.start(project=project, text="A shelf", by=owner, model="own-model", approval="ask")
    jobs.pause(made, by=owner)
    jobs.resume(made, by=owner)
    assert run(made, times=2).waiting_for == "approval"


def test_the_server_may_ask_by_itself_and_a_wish_may_say_otherwise(
    server: ModelServer, project: Project, owner: User, settings
):
    settings.PLAN_APPROVAL = "ask"
    server.will(says(blueprint(("index.html",))), says(written("index.html")))
    assert run(jobs.start(project=project, text="A shelf", by=owner, model="own-model", approval="auto")).state == (
        "completed"
    )
    second = jobs.start(project=project, text="Make it green", by=owner, model="own-model")
    assert second.input["approval"] == "ask"
    server.will(says("It is green already."))
    assert run(second).state == "completed", "a change has no plan to be looked at"
