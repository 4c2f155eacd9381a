"""What a model is shown of a project."""

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


def test_small_files_come_first_and_whole(writer: Writer[JobSink]):
    changesets.stage(writer.sink.changeset, "big.txt", b"xx\n")
    changesets.stage(writer.sink.changeset, "a.txt", b"x")
    assert reading.tree(writer.sink.changeset) == "a.txt (1 bytes)\nbig.txt (3 bytes)"
    assert reading.texts(writer.sink.changeset).text == (
        '<file path="a.txt">\nx\n</file>\n\n<file path="big.txt">\nxx\n\n</file>'
    )


def test_what_is_no_text_too_large_or_a_lock_is_only_named(writer: Writer[JobSink]):
    changesets.stage(writer.sink.changeset, "logo.png", b"\x89PNG\0")
    changesets.stage(writer.sink.changeset, "latin.txt", "ä".encode("latin-1"))
    changesets.stage(writer.sink.changeset, "huge.txt", b"x" * 60_001)
    changesets.stage(writer.sink.changeset, "package-lock.json", b"{}")
    shown = reading.texts(writer.sink.changeset)
    assert shown.text == "Not shown: huge.txt, latin.txt, logo.png, package-lock.json"
    assert shown.left_out == ("huge.txt", "latin.txt", "logo.png", "package-lock.json")


def test_all_texts_together_have_a_limit(writer: Writer[JobSink]):
    for number in range(4):
        changesets.stage(writer.sink.changeset, f"{number}.txt", b"x" * 50_000)
    shown = reading.texts(writer.sink.changeset).text
    assert len(shown) < 160_000
    assert shown.endswith("Not shown: 3.txt")


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
