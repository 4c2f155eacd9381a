"""Whole jobs with a model on a real socket: what it may do wrong, and what comes of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents.engine import runner
from agents.models import Generation, Message
from agents.services import jobs
from projects import feed
from projects.models import ChangeSet, Project, User, Version
from projects.services import files
from sandboxes.models import Command, Sandbox
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

LINES = written(*PAGE).splitlines(keepends=True)


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Project:
    server.will(says(blueprint()), says(written(*PAGE)))
    assert run(wish(project, owner)).state == "completed"
    return project


# --- from the wish to the version ----------------------------------------------------------------


def test_a_wish_becomes_a_version(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint(("index.html", "style.css"), ("app.js",))), says(written("index.html", "style.css")),
                says(written("app.js")))  # fmt: skip
    job = run(wish(project, owner))
    assert (job.state, job.error) == ("completed", None)
    assert tree(project) == PAGE
    assert asked(server)[1:] == ["Write these files now: index.html, style.css", "Write these files now: app.js"]
    assert [step.key for step in job.steps.all()] == ["design", "implement-1", "implement-2", "install", "start"]
    said = [payload["text"] for payload in payloads(project, "message_sent") if payload["role"] == "assistant"]
    assert said == ["A shelf, quietly.", "Here they are.", "Here they are."]
    project.refresh_from_db()
    assert (project.name, project.template) == ("Shelf", "static")


def test_each_call_is_kept_with_what_it_cost_in_tokens(built: Project):
    first, second = Generation.objects.all()
    assert [(row.state, row.error_code, row.finish_reason) for row in (first, second)] == [("settled", "", "stop")] * 2
    assert (first.input_tokens, first.cache_read_tokens, first.output_tokens, first.reasoning_tokens) == (
        400, 600, 40, 20,
    )  # fmt: skip
    assert second.response == written(*PAGE)
    assert second.request["paths"] == list(PAGE)
    assert (second.role, second.model, second.step.key) == ("builder", "own-model", "implement-1")


def test_no_key_reaches_a_row(built: Project):
    kept = f"{list(Generation.objects.values())}{[event.payload for event in feed.since(built.pk, 0)]}"
    assert "sk-test-0123456789" not in kept


# --- plans that cannot be used -------------------------------------------------------------------


def test_a_malformed_plan_is_asked_for_again_with_what_was_wrong(server: ModelServer, project: Project, owner: User):
    server.will(says("I would rather chat."), says(blueprint(stack="cobol")), says(blueprint()), says(written(*PAGE)))
    job = run(wish(project, owner))
    assert job.state == "completed"
    _, second, third, _ = asked(server)
    assert "There is no blueprint" in second
    assert "cobol" in third
    assert len(payloads(project, "blueprint_ready")) == 1


def test_a_model_that_never_gives_a_plan_fails_the_job(server: ModelServer, project: Project, owner: User):
    server.will(*(says(f"No, {number}.") for number in range(20)))
    job = run(wish(project, owner))
    assert (job.state, job.phase, job.phase_before) == ("queued", "designing", "")
    job = run(job, times=4)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == "malformed_output"
    assert payloads(project, "job_failed")[0]["message"] == "The model did not give a plan that can be built."


# --- replies that break off ----------------------------------------------------------------------


def closed_by(cut: int) -> list[str]:
    """Which files the first so many lines of the reply hold whole."""
    text = "".join(LINES[:cut])
    return [path for number, path in enumerate(PAGE) if f"\nEOF_{number}x\n" in text]


@pytest.mark.parametrize("cut", [5, 8, 12, len(LINES) - 1])
def test_after_a_cut_only_what_is_missing_is_asked_for(server: ModelServer, project: Project, owner: User, cut: int):
    missing = [path for path in PAGE if path not in closed_by(cut)]
    server.will(says(blueprint()), Script(pieces=LINES, cut_after=cut), says(written(*missing)))
    job = run(wish(project, owner))
    assert job.state == "queued"
    assert job.not_before is not None
    job = run(job)
    assert (job.state, tree(project)) == ("completed", PAGE)
    assert asked(server)[2:] == [f"Write these files now: {', '.join(missing)}"]
    assert [payload["path"] for payload in payloads(project, "file_closed")] == list(PAGE)
    assert [row.outcome for row in job.attempt_rows.all()] == ["retried", "completed"]


def test_a_reply_nobody_ended_counts_for_what_it_closed(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE), finish=None, done=False))
    job = run(wish(project, owner))
    assert job.state == "queued"
    assert (run(job).state, len(server.seen)) == ("completed", 2)


def test_a_reply_that_reached_its_length_is_continued_at_once(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), Script(pieces=LINES[:12], finish="length"), says(written("style.css", "app.js")))
    job = run(wish(project, owner))
    assert (job.state, job.attempts, tree(project)) == ("completed", 1, PAGE)
    assert asked(server)[2] == "Write these files now: style.css, app.js"
    assert [payload["path"] for payload in payloads(project, "file_abandoned")] == ["style.css"]


def test_a_model_that_forgets_a_file_again_and_again_fails(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written("index.html")), says("Nothing more."))
    job = run(wish(project, owner))
    assert (job.state, len(server.seen)) == ("failed", 4)
    assert job.error is not None
    assert job.error["message"] == "The model gave the same answer again, and left out style.css, app.js."
    assert Version.objects.count() == 0


# --- providers that refuse -----------------------------------------------------------------------


def test_a_refused_key_fails_the_job_with_a_sentence(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=401, error="Incorrect API key provided: sk-test-0123456789"))
    job = run(wish(project, owner))
    assert (job.state, job.phase, job.phase_before, len(server.seen)) == ("failed", "failed", "designing", 1)
    assert job.error is not None
    assert (job.error["code"], job.error["retryable"]) == ("auth", False)
    assert job.error["user_action"].startswith("Check the key")
    assert "sk-test" not in job.error["message"]
    [attempt] = job.attempt_rows.all()
    assert (attempt.outcome, attempt.error) == ("failed", job.error["message"])


def test_a_rate_limit_puts_the_job_back_and_says_why(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=429, error="Slow down", headers={"retry-after": "90"}))
    before = timezone.now()
    job = run(wish(project, owner))
    assert (job.state, job.phase, job.error, job.finished_at) == ("queued", "designing", None, None)
    assert job.not_before is not None
    assert job.not_before >= before + timedelta(seconds=90)
    assert payloads(project, "job_queued")[-1]["message"] == "Trying again in 90 s: Slow down"
    assert [(row.outcome, row.error) for row in job.attempt_rows.all()] == [("retried", "Slow down")]
    assert runner.execute(job.pk) == []
    assert len(server.seen) == 1


def test_after_so_many_tries_it_fails_and_a_person_may_try_anew(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=503, error="Overloaded"))
    job = run(wish(project, owner), times=5)
    assert [row.outcome for row in job.attempt_rows.all()] == ["retried"] * 4 + ["failed"]
    assert job.error is not None
    assert (job.state, job.error["code"], job.error["retryable"]) == ("failed", "provider_down", True)
    jobs.retry(job, by=owner)
    job = run(job)
    assert job.state == "queued"
    server.will(says(blueprint()), says(written(*PAGE)))
    assert (run(job).state, tree(project)) == ("completed", PAGE)


def test_what_cannot_be_stored_as_text_is_replaced(server: ModelServer, project: Project, owner: User):
    page = "cat > index.html << 'EOF_1'\n<p>\ud83d \0</p>\nEOF_1\n"
    server.will(says(blueprint(("index.html",))), says(page))
    assert run(wish(project, owner)).state == "completed"
    assert tree(project)["index.html"] == "<p>\ufffd \ufffd</p>\n"


# --- changes -------------------------------------------------------------------------------------


def test_a_change_is_applied_exactly(server: ModelServer, built: Project, owner: User):
    server.will(says(edit("style.css", "  color: navy;", "  color: green;")))
    job = run(wish(built, owner, "Make the header green"))
    assert (job.kind, job.state, job.output["version"]) == ("edit", "completed", 2)
    assert tree(built) == {**PAGE, "style.css": "h1 {\n  color: green;\n}\n"}


def test_an_edit_that_does_not_fit_goes_back_to_the_model(server: ModelServer, built: Project, owner: User):
    server.will(says(edit("style.css", "  colour: red;", "  colour: green;")),
                says(edit("style.css", "  color: navy;", "  color: green;")))  # fmt: skip
    assert run(wish(built, owner, "Make the header green")).state == "completed"
    assert asked(server)[1].startswith("style.css, block 1: NO_MATCH.")
    assert "color: green" in tree(built)["style.css"]


def test_the_same_request_again_changes_nothing_and_says_so(server: ModelServer, built: Project, owner: User):
    server.will(says(edit("style.css", "  color: navy;", "  color: green;")))
    run(wish(built, owner, "Make the header green"))
    commands, boxes = Command.objects.count(), Sandbox.objects.values_list("handle", "changeset")[0]
    job = run(wish(built, owner, "Make the header green"))
    assert (job.state, job.phase, job.output) == ("completed", "complete", {"version": None})
    assert [step.key for step in job.steps.all()] == ["edit"]
    assert payloads(built, "message_sent")[-1]["text"] == "Nothing had to be changed: the files are that way already."
    assert (Version.objects.count(), ChangeSet.objects.get(job_ref=job.pk).state) == (2, "rejected")
    assert (Command.objects.count(), Sandbox.objects.values_list("handle", "changeset")[0]) == (commands, boxes)


def test_a_file_written_again_as_it_is_is_no_change(server: ModelServer, built: Project, owner: User):
    server.will(says(written("app.js")))
    job = run(wish(built, owner, "Write the script again"))
    assert (job.state, job.output["version"], Version.objects.count()) == ("completed", None, 1)


def test_a_question_is_answered_and_changes_nothing(server: ModelServer, built: Project, owner: User):
    server.will(says("It is navy blue."))
    job = run(wish(built, owner, "Which colour is the header?"))
    assert (job.state, job.output["version"]) == ("completed", None)
    assert payloads(built, "message_sent")[-1]["text"] == "It is navy blue."
    assert Message.objects.filter(role="assistant", job=job).count() == 1


def test_edits_that_never_fit_fail_the_job_and_change_nothing(server: ModelServer, built: Project, owner: User):
    server.will(says(edit("nowhere.css", "a", "b")))
    job = run(wish(built, owner, "Make it green"))
    assert (job.state, len(server.seen), tree(built)) == ("failed", 2, PAGE)
    assert job.error is not None
    assert job.error["message"] == "The model gave the same answer again, and it does not fit the files as they are."


def test_a_project_without_a_plan_can_be_changed(server: ModelServer, project: Project, owner: User):
    files.save(project.branches.get(), "index.html", b"<h1>Hello</h1>\n", by=owner)
    server.will(says(edit("index.html", "<h1>Hello</h1>", "<h1>Bye</h1>")))
    job = run(wish(project, owner, "Say goodbye"))
    assert (job.kind, job.state) == ("edit", "completed")
    assert tree(project) == {"index.html": "<h1>Bye</h1>\n"}
