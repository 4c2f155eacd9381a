"""What is said while a job is at work is heard between two files, by those to come and by those there are."""

import pytest

from agents import errors
from agents.engine import replay
from agents.lifecycle import steering
from agents.models import Generation, Job
from agents.services import jobs, telling
from projects.models import Project, User
from projects.services import changesets, files
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import in_background, payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

REST = written("app.js")
GREEN = says(edit("style.css", "  color: navy;", "  color: green;"))


@pytest.fixture
def job(server: ModelServer, project: Project, owner: User) -> Job:
    """It writes slowly enough that somebody can break in."""
    slow = Script(pieces=written(*PAGE).splitlines(keepends=True), pause=0.15)
    server.will(says(blueprint()), slow, says(REST), GREEN)
    return wish(project, owner)


def first_closed(job: Job) -> bool:
    return [payload["path"] for payload in payloads(job.project, "file_closed")] == ["index.html"]


def broken_into(job: Job, owner: User, *texts: str) -> Job:
    thread = in_background(job)
    wait_for(lambda: first_closed(job), seconds=60, what="the first file")
    for text in texts:
        telling.steer(job, text, by=owner)
    thread.join(timeout=60)
    assert not thread.is_alive()
    job.refresh_from_db()
    return job


def test_the_reply_is_left_at_the_next_file_and_the_rest_knows(
    server: ModelServer, job: Job, project: Project, owner: User
):
    job = broken_into(job, owner, "In green, please")
    assert (job.state, job.error) == ("completed", None)
    assert tree(project) == {**PAGE, "style.css": PAGE["style.css"].replace("navy", "green")}
    assert [step.key for step in job.steps.all()] == ["design", "implement-1", "steer-1", "install-2", "start-2"]
    left = Generation.objects.get(error_code="abandoned")
    assert (left.staged, server.seen[1].closed.wait(10)) == (2, True)
    assert asked(server)[2:] == ["Write these files now: app.js", "In green, please"]
    assert "Said since, while it was made:\n- In green, please" in server.seen[2].body["messages"][0]["content"]
    assert [payload["path"] for payload in payloads(project, "file_closed")] == list(PAGE), "no file is written twice"
    assert replay.run(job).is_identical


def test_several_words_are_taken_in_at_once(server: ModelServer, job: Job, owner: User):
    job = broken_into(job, owner, "In green, please", "And larger")
    assert (job.state, steering.unheard(job)) == ("completed", [])
    assert asked(server)[-1] == "In green, please\n\nAnd larger"


def test_said_before_it_began_it_is_known_from_the_start(server: ModelServer, job: Job, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)), GREEN)
    telling.steer(job, "In green, please", by=owner)
    assert run(job).state == "completed"
    assert Generation.objects.filter(error_code="abandoned").count() == 0
    assert "In green, please" in asked(server)[0], "also when it is planned"
    assert "In green, please" in server.seen[1].body["messages"][0]["content"]
    assert asked(server)[-1] == "In green, please"


def test_said_while_the_app_starts_it_goes_back_once_more(
    server: ModelServer, job: Job, project: Project, owner: User, monkeypatch: pytest.MonkeyPatch
):
    """At the very last moment: after the app was looked at, before its version is made."""
    server.will(says(blueprint()), says(written(*PAGE)), GREEN)
    plans = changesets.plans

    def late(changeset):
        telling.steer(job, "In green, please", by=owner, key="once")
        return plans(changeset)

    monkeypatch.setattr(changesets, "plans", late)
    assert run(job).state == "completed"
    assert "green" in tree(project)["style.css"]
    assert [step.key for step in job.steps.all()] == [
        "design", "implement-1", "install", "start", "steer-1", "install-2", "start-2",
    ]  # fmt: skip


def test_an_edit_takes_it_in_before_its_version(server: ModelServer, project: Project, owner: User):
    files.save(project.branches.get(), "index.html", b"<h1>Shelf</h1>\n", by=owner)
    second = wish(project, owner, "Call it books")
    telling.steer(second, "No: call it novels", by=owner)
    server.will(
        says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>")),
        says(edit("index.html", "<h1>Books</h1>", "<h1>Novels</h1>")),
    )
    done = run(second)
    assert (done.state, done.output["version"], tree(project)["index.html"]) == ("completed", 2, "<h1>Novels</h1>\n")


def test_after_a_failure_the_retry_hears_it(server: ModelServer, job: Job, project: Project, owner: User):
    server.will(Script(status=401, error="Incorrect API key"))
    assert run(job).state == "failed"
    with pytest.raises(errors.NotPossible):
        telling.steer(job, "In green, please", by=owner)
    jobs.retry(job, by=owner)
    telling.steer(job, "In green, please", by=owner)
    server.will(says(blueprint()), says(written(*PAGE)), GREEN)
    assert (run(job).state, "green" in tree(project)["style.css"]) == ("completed", True)


def test_what_does_not_fit_is_told(server: ModelServer, job: Job, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)), says(edit("style.css", "  colour: red;", "  colour: green;")))
    telling.steer(job, "In green, please", by=owner)
    assert run(job).state == "completed"
    said = [payload["text"] for payload in payloads(project, "message_sent") if payload["role"] == "assistant"]
    assert any("was left out" in text and "style.css, block 1: NO_MATCH" in text for text in said)


def test_what_stands_after_the_last_file_is_read_to_its_end(
    server: ModelServer, job: Job, project: Project, owner: User
):
    reply = "cat > notes.txt << 'EOF_n'\nnotes\nEOF_n\n" + written(*PAGE) + "rm notes.txt\n"
    slow = Script(pieces=reply.splitlines(keepends=True), pause=0.15)
    server.will(says(blueprint()), slow, says("It is green already."))
    thread = in_background(job)
    wait_for(lambda: len(payloads(project, "file_closed")) == 3, seconds=60, what="the last file but one")
    telling.steer(job, "In green, please", by=owner)
    thread.join(timeout=60)
    job.refresh_from_db()
    assert (job.state, sorted(tree(project))) == ("completed", sorted(PAGE))
    assert replay.run(job).is_identical


def test_the_model_is_told_what_the_words_are_about(server: ModelServer, project: Project, owner: User):
    files.save(project.branches.get(), "index.html", b"<h1>Shelf</h1>\n", by=owner)
    second = wish(project, owner, "Call it books")
    telling.steer(second, "No, the other word", by=owner)
    server.will(says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>")), says("Which?"))
    run(second)
    turns = [message["content"] for message in server.seen[-1].body["messages"][1:]]
    assert turns == ["Call it books", "Done.", "No, the other word"]
