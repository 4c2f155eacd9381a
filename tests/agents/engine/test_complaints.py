"""What the running app reported reaches whoever changes or mends it next."""

from collections.abc import Iterator

import pytest

from agents.enums import JobKind
from agents.models import Job
from agents.services import jobs
from projects.models import Project, User
from projects.services import files
from sandboxes.models import Complaint, Sandbox
from sandboxes.runtime import boxes, lifecycle, listening
from sandboxes.runtime.asking import get
from tests.agents.engine.replies import asked, edit, says
from tests.agents.engine.whole import run, tree
from tests.fakes.model_server import ModelServer
from tests.sandboxes import apps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.box, pytest.mark.timeout(120)]

FAULTY = apps.FLASK["app.py"] + '\n\n@app.get("/books")\ndef books():\n    return {"books": shelf}\n'
MENDED = edit("app.py", '    return {"books": shelf}', '    return {"books": []}')


@pytest.fixture
def shelf(server: ModelServer, project: Project, owner: User) -> Iterator[Sandbox]:
    """Started, visited where it fails, and listened to."""
    for path, text in {**apps.FLASK, "app.py": FAULTY}.items():
        files.save(project.branches.get(), path, text.encode(), by=owner)
    assert ask(project, owner, JobKind.START).state == "completed"
    sandbox = Sandbox.objects.get(project=project)
    assert boxes.ask(sandbox, lambda wire: get(wire, 5000, "/books")).status == 500
    listening.listen(str(sandbox.pk))
    yield sandbox
    lifecycle.destroy(Sandbox.objects.get(project=project))


def ask(project: Project, owner: User, kind: JobKind | None = None, text: str = "") -> Job:
    return run(jobs.start(project=project, text=text, by=owner, model="own-model", kind=kind))


def test_it_is_mended_by_what_it_reported(server: ModelServer, project: Project, shelf: Sandbox, owner: User) -> None:
    server.will(says(MENDED))
    job = ask(project, owner, JobKind.REPAIR)
    assert (job.state, job.error) == ("completed", None)
    assert [step.key for step in job.steps.all()] == ["repair-1", "install-2", "start-2"]
    [told] = asked(server)
    assert told.startswith("The running app reported an error.")
    assert "NameError: name 'shelf' is not defined" in told
    assert "> " in told
    assert 'return {"books": shelf}' in told
    assert '"books": []' in tree(project)["app.py"]


def test_whoever_changes_the_app_next_is_told_too(
    server: ModelServer, project: Project, shelf: Sandbox, owner: User
) -> None:
    server.will(says(MENDED))
    job = ask(project, owner, text="Show the books as a table")
    assert job.state == "completed"
    assert asked(server)[0].startswith("Show the books as a table\n\nWhile it ran, the app reported this.")
    assert "NameError" in asked(server)[0]


def test_of_files_that_are_gone_nobody_speaks(
    server: ModelServer, project: Project, shelf: Sandbox, owner: User
) -> None:
    files.save(project.branches.get(), "notes.txt", b"new", by=owner)
    server.will(says("Nothing to do."))
    ask(project, owner, text="Is it well?")
    assert asked(server) == ["Is it well?"]


def test_however_much_it_reports_the_report_is_bounded(
    server: ModelServer, project: Project, shelf: Sandbox, owner: User
) -> None:
    [kept] = Complaint.objects.all()
    for number in range(8):
        text = "Traceback\n" + "  line of error\n  other\n" * 400 + f"Error: {number}"
        Complaint.objects.create(
            sandbox=shelf, fingerprint=str(number), title="Error", text=text[:6000], count=3,
            tree_hash=kept.tree_hash, last_at=kept.last_at,
        )  # fmt: skip
    server.will(says("Hm."))
    ask(project, owner, text="Is it well?")
    assert len(asked(server)[0]) < 9500
    assert "reported an error, 3 times." in asked(server)[0]
