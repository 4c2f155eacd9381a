"""What is read of a project before a model is asked."""

from agents.engine import reading
from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.models import Job
from agents.services import jobs
from projects.models import Project, User
from projects.services import changesets
from tests.agents.engine.conftest import put
from tests.agents.engine.whole import work_on


def edit_of(project: Project, owner: User) -> Context:
    return work_on(jobs.start(project=project, text="Change it", by=owner))


def test_the_rules_are_those_of_the_planned_kind(writer: Writer[JobSink]):
    Project.objects.update(template="python")
    writer.sink.changeset.project.refresh_from_db()
    assert reading.stack(writer.sink.changeset) == "python"


def test_a_project_nobody_planned_is_of_the_kind_its_files_say(job: Job, project: Project, owner: User):
    put(job, owner, package__json="{}")
    jobs.stop(job, by=owner)
    changeset = edit_of(project, owner).changeset()
    assert reading.stack(changeset) == "react-vite"
    assert "vite" in reading.rules(changeset).lower()


def test_a_change_set_that_changes_nothing_says_so(job: Job, project: Project, owner: User):
    put(job, owner, index__html="<h1>Hello</h1>")
    jobs.stop(job, by=owner)
    changeset = edit_of(project, owner).changeset()
    assert not reading.is_changed(changeset)
    changesets.stage(changeset, "index.html", b"<h1>Hello</h1>")
    assert not reading.is_changed(changeset)
    changesets.stage(changeset, "index.html", b"<h1>Bye</h1>")
    assert reading.is_changed(changeset)


def test_json_is_readable():
    assert reading.as_json({"a": "ü"}) == '{\n "a": "ü"\n}'
