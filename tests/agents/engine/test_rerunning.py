"""Whole jobs, run again with another model: what that one is asked, and what comes of it."""

import pytest

from agents.enums import JobKind
from agents.models import Job
from agents.services import jobs, reruns, telling
from projects.models import Branch, Event, Project, User
from projects.services import branches, files
from tests.agents.engine.replies import PAGE, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import run, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

GREEN, RED = (says(edit("style.css", "  color: navy;", f"  color: {colour};")) for colour in ("green", "red"))


def tree(branch: Branch) -> dict[str, str]:
    manifest = files.manifest(branch)
    return {path: files.read(manifest, path).decode() for path in manifest}


def main(project: Project) -> Branch:
    return branches.find(project)


def messages(server: ModelServer) -> list[list[dict[str, str]]]:
    return [seen.body["messages"] for seen in server.seen]


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Job:
    server.will(says(blueprint()), says(written(*PAGE)))
    return run(wish(project, owner))


def test_a_first_build_is_built_beside_the_first_one(server: ModelServer, built: Job, project: Project, owner: User):
    asked = messages(server)[0]
    server.will(says(blueprint(("index.html",), name="Other")), says(written("index.html")))
    again = run(reruns.start(built, model="other-model", by=owner))
    assert (again.state, again.error, again.kind) == ("completed", None, "generate")
    assert server.asked() == ["other-model"] * 2
    assert messages(server)[0] == asked, "it is asked the same"
    assert tree(again.branch) == {"index.html": PAGE["index.html"]}
    assert tree(main(project)) == PAGE
    project.refresh_from_db()
    assert (project.name, again.branch.head and again.branch.head.number) == ("Shelf", 2)


def test_an_edit_is_asked_what_the_first_one_was_asked(server: ModelServer, built: Job, project: Project, owner: User):
    server.will(GREEN)
    first = run(jobs.start(project=project, text="In green, please", by=owner, model="own-model"))
    asked = messages(server)
    server.will(says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>")))
    run(jobs.start(project=project, text="Call it Books", by=owner, model="own-model"))
    server.will(RED)
    again = run(reruns.start(first, model="other-model", by=owner))
    assert (again.state, again.output["version"]) == ("completed", 4)
    assert messages(server) == asked
    assert tree(again.branch) == {**PAGE, "style.css": PAGE["style.css"].replace("navy", "red")}
    assert "Books" in tree(main(project))["index.html"]
    server.will(says(edit("style.css", "  color: navy;", "  color: blue;")))
    third = run(reruns.start(again, model="third-model", by=owner))
    assert "blue" in tree(third.branch)["style.css"], "it begins before the red, as both did"
    assert messages(server) == asked


def test_what_is_said_on_its_branch_goes_on_from_there(server: ModelServer, built: Job, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)), GREEN)
    again = run(reruns.start(built, model="other-model", by=owner))
    telling.tell(project, "In green, please", by=owner, branch=again.branch)
    [said] = Job.objects.filter(branch=again.branch).exclude(pk=again.pk)
    Job.objects.filter(pk=said.pk).update(model="other-model", input={**said.input, "model": "other-model"})
    assert run(said).state == "completed"
    assert (said.kind, said.session) == ("edit", again.session)
    assert "green" in tree(again.branch)["style.css"]
    assert tree(main(project)) == PAGE
    assert all(branch == again.branch_id for branch in _branches_of(said))


def test_what_failed_is_done_by_another_and_the_first_one_stays_as_it_was(
    server: ModelServer, project: Project, owner: User
):
    server.will(Script(status=401))
    job = run(wish(project, owner))
    assert (job.state, job.error and job.error["code"]) == ("failed", "auth")
    server.will(says(blueprint()), says(written(*PAGE)))
    again = run(reruns.start(job, model="other-model", by=owner))
    assert (again.state, tree(again.branch), tree(main(project))) == ("completed", PAGE, {})
    job.refresh_from_db()
    assert (job.state, project.branches.count()) == ("failed", 2)


def test_an_answer_is_given_again(server: ModelServer, built: Job, project: Project, owner: User):
    server.will(says("With a rule in style.css."))
    ask = jobs.start(project=project, text="How?", by=owner, model="own-model", kind=JobKind.PLAN)
    asked = messages(server) if run(ask).state == "completed" else []
    server.will(says("With a class."))
    again = run(reruns.start(ask, model="other-model", by=owner))
    assert (again.kind, again.state, again.branch.head and again.branch.head.number) == ("plan", "completed", 1)
    assert messages(server) == asked


def test_all_that_it_tells_belongs_to_its_branch(server: ModelServer, built: Job, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)))
    again = run(reruns.start(built, model="other-model", by=owner))
    assert len(_branches_of(again)) > 15
    assert set(_branches_of(again)) == {again.branch_id}
    assert set(_branches_of(built)) == {built.branch_id}


def _branches_of(job: Job) -> list[int | None]:
    return list(Event.objects.filter(job_ref=job.pk).values_list("branch_id", flat=True))


def test_another_kind_of_app_stays_on_its_branch_until_it_is_merged(server: ModelServer, project: Project, owner: User):
    """A first build failed that was planned with React; another model makes it of plain files."""
    server.will(says(blueprint()), Script(status=401))
    job = run(wish(project, owner))
    assert job.state == "failed"
    Project.objects.filter(pk=project.pk).update(template="react-vite")
    job.refresh_from_db()
    server.will(says(blueprint()), says(written(*PAGE)))
    again = run(reruns.start(job, model="other-model", by=owner))
    assert (again.state, again.error) == ("completed", None), "nothing is installed"
    server.will(GREEN)
    said = jobs.start(project=project, branch=again.branch, text="In green", by=owner, model="other-model")
    assert run(said).state == "completed"
    server.will(RED)
    third = run(reruns.start(said, model="third-model", by=owner))
    assert (third.state, third.branch.template) == ("completed", "static")
    project.refresh_from_db()
    assert project.template == "react-vite"
    branches.merge(branches.find(project, again.branch.name), main(project), by=owner)
    project.refresh_from_db()
    assert (project.template, "green" in tree(main(project))["style.css"]) == ("static", True)
    branches.merge(main(project), branches.create_at(project, "late", None, by=owner, template="python"), by=owner)
    assert branches.find(project, "late").template == ""
