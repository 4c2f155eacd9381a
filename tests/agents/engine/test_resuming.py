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
EDITS = (
    f"On it.\n\n{block('a.css', '  color: navy;', '  color: green;').removeprefix('Done.')}"
    f"{block('index.html', '<h1>Shelf</h1>', '<h1>Green</h1>').removeprefix('Done.')}And that is that.\n"
)
GREEN = {"a.css": "h1 {\n  color: green;\n}\n", "index.html": "<h1>Green</h1>\n", "old.css": "x"}
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


def test_a_whole_reply_of_which_nothing_was_taken_is_taken_in(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch
):
    server.will(says(EDITS))
    die(job, monkeypatch, "edits_unapplied", 1)
    job = build_without_a_box(job)
    assert (job.state, tree(project)) == ("completed", GREEN)
    assert facts(project) == [("file_edited", "a.css"), ("file_edited", "index.html")]
    assert len(server.seen) == 1
    assert Generation.objects.get().staged == 2
    assert len(said(project)) == 1
    assert replay.run(job).is_identical


def test_the_words_of_a_whole_reply_are_not_lost(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch
):
    server.will(says(EDITS))
    die(job, monkeypatch, "reply_settled", 1)
    build_without_a_box(job)
    [words] = said(project)
    assert words.startswith("On it.")
    assert words.endswith("And that is that.")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "death",
    [
        ("file_staged", 1, "old.css (removed)."),
        ("file_staged", 2, "old.css (removed), notes.txt."),
        ("edits_unapplied", 1, "old.css (removed), notes.txt."),
        ("file_staged", 3, "old.css (removed), notes.txt, a.css."),
        ("step_worked", 1, "old.css (removed), notes.txt, a.css."),
    ],
)
def test_one_of_which_a_part_is_in_place_is_gone_on_with(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch, death: tuple[str, int, str]
):
    where, count, place = death
    missing = [("notes.txt", NOTES), ("a.css", block("a.css", "  color: navy;", "  color: green;"))]
    rest = "".join(text for path, text in missing if path not in place)
    server.will(says(REPLY), says(rest or "That is all."))
    die(job, monkeypatch, where, count)
    job = build_without_a_box(job)
    assert (job.state, tree(project), facts(project)) == ("completed", AFTER, FACTS)
    *_, before, last = server.seen[-1].body["messages"]
    assert (before["role"], before["content"][:6]) == ("assistant", "On it.")
    assert f"In place are: {place}" in last["content"]
    assert len(server.seen) == 2
    assert replay.run(job).is_identical


def test_what_a_reply_removes_and_writes_anew_is_there(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch
):
    edit_of_it = block("a.css", "  color: navy;", "  color: green;")
    server.will(says(f"rm -f notes.txt\n{NOTES}{edit_of_it}"), says(edit_of_it))
    die(job, monkeypatch, "edits_unapplied", 1)
    build_without_a_box(job)
    assert tree(project) == {**AFTER, "old.css": "x"}


def test_what_does_not_fit_in_it_is_asked_for_again(
    server: ModelServer, job: Job, project: Project, monkeypatch: pytest.MonkeyPatch
):
    wrong = EDITS.replace("  color: navy;", "  colour: red;")
    server.will(says(wrong), says(block("a.css", "  color: navy;", "  color: green;")))
    die(job, monkeypatch, "edits_unapplied", 1)
    job = build_without_a_box(job)
    assert (job.state, facts(project)) == ("completed", [("file_edited", "index.html"), ("file_edited", "a.css")])
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
