"""A worker dies over a reply that changes an app: what it brought is neither asked for nor told again."""

import pytest

from agents.engine import edit, faultpoints, replay
from agents.models import Generation, Job
from agents.services import jobs
from projects import feed
from projects.models import Project, User
from projects.services import files
from tests.agents.engine.replies import edit as block
from tests.agents.engine.replies import says
from tests.agents.engine.whole import build_without_a_box, payloads, run, tree, wish, work_on
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

NOTES = "cat > notes.txt << 'EOF_n'\nAll of it green.\nEOF_n\n"
REPLY = f"On it.\n\nrm old.css\n{NOTES}{block('a.css', '  color: navy;', '  color: green;')}And that is that.\n"
AFTER = {"a.css": "h1 {\n  color: green;\n}\n", "index.html": "<h1>Shelf</h1>\n", "notes.txt": "All of it green.\n"}
FACTS = [("file_deleted", "old.css"), ("file_closed", "notes.txt"), ("file_edited", "a.css")]


class Death(BaseException):
    """As sudden as can be had within one process."""


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    for path, text in {"index.html": "<h1>Shelf</h1>\n", "a.css": "h1 {\n  color: navy;\n}\n", "old.css": "x"}.items():
        files.save(project.branches.get(), path, text.encode(), by=owner)
    return wish(project, owner, "Make it green", model="a")


def die(job: Job, monkeypatch: pytest.MonkeyPatch, place: str, count: int) -> None:
    """In the middle of the edit; the next worker finds the job without anybody."""
    left = [count]

    def reach(name: str) -> None:
        left[0] -= name == place
        if not left[0]:
            raise Death

    context = work_on(job)
    with monkeypatch.context() as patched:
        patched.setattr(faultpoints, "reach", reach)
        with pytest.raises(Death):
            edit.run(context)
    jobs.free_leases()


def facts(project: Project) -> list[tuple[str, str]]:
    kinds = {kind for kind, _ in FACTS}
    return [(one.kind, one.payload["path"]) for one in feed.since(project.pk, 0, limit=2000) if one.kind in kinds]


def said(project: Project) -> list[str]:
    return [one["text"] for one in payloads(project, "message_sent") if one["role"] == "assistant"]


@pytest.mark.parametrize(
    "death", [("edits_unapplied", 1), ("file_unstaged", 3), ("file_staged", 3), ("step_worked", 1)]
)
def test_a_whole_reply_is_taken_in_to_its_end(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch, death: tuple[str, int]
):
    server.will(says(REPLY))
    die(job, monkeypatch, *death)
    job = build_without_a_box(job)
    assert (job.state, tree(project)) == ("completed", AFTER)
    assert facts(project) == FACTS
    assert len(server.seen) == 1
    assert Generation.objects.get().staged == 3
    assert said(project).count("On it.") == 1
    assert replay.run(job).is_identical


@pytest.mark.parametrize("count", [1, 2])
def test_one_that_broke_off_is_gone_on_with(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch, count: int
):
    rest = "" if count == 2 else NOTES
    server.will(says(REPLY), says(f"{rest}{block('a.css', '  color: navy;', '  color: green;')}"))
    die(job, monkeypatch, "file_staged", count)
    job = build_without_a_box(job)
    assert (job.state, tree(project)) == ("completed", AFTER)
    assert facts(project) == FACTS
    *_, before, last = server.seen[-1].body["messages"]
    assert before["role"] == "assistant"
    assert before["content"].startswith("On it.")
    assert "was cut off there" in last["content"]
    assert ("old.css (removed), notes.txt" if count == 2 else "old.css (removed).") in last["content"]
    assert replay.run(job).is_identical


def test_what_does_not_fit_in_it_is_asked_for_again(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch
):
    wrong = REPLY.replace("  color: navy;", "  colour: red;")
    server.will(says(wrong), says(block("a.css", "  color: navy;", "  color: green;")))
    die(job, monkeypatch, "edits_unapplied", 1)
    job = build_without_a_box(job)
    assert (job.state, tree(project), facts(project)) == ("completed", AFTER, FACTS)
    assert "a.css, block 1: NO_MATCH." in server.seen[-1].body["messages"][-1]["content"]


def test_after_a_failure_another_answer_is_asked_for(server: ModelServer, job: Job, project: Project):
    server.will(*(says(block("a.css", "  colour: red;", f"  colour: {one};")) for one in ("1", "2", "3")), says(REPLY))
    assert run(job).state == "queued"
    assert (run(job).state, tree(project)) == ("completed", AFTER)
    assert len(server.seen) == 4


def test_a_reply_is_not_written_over_what_came_since(
    server: ModelServer, job: Job, project: Project, owner: User, monkeypatch: pytest.MonkeyPatch
):
    """It was made of files that are others now: the model is asked again, and shown them."""
    server.will(says(REPLY), says(REPLY))
    die(job, monkeypatch, "edits_unapplied", 1)
    changeset = project.changesets.get(job_ref=job.pk)
    changeset.changes.create(path="index.html", before=None, after=None)
    build_without_a_box(job)
    assert len(server.seen) == 2
