"""What happens to a job while a worker is at it: stopped, paused, taken over, archived, deleted."""

import time
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from agents.engine import install, runner
from agents.engine.context import Context
from agents.lifecycle import leases
from agents.lifecycle.failures import Failure
from agents.models import Generation, Job
from agents.services import jobs
from projects import feed
from projects.enums import Decision
from projects.models import ChangeSet, Project, User, Version
from projects.services import changesets, projects, review
from projects.services.choosing import Pick
from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Sandbox
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import in_background, payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

# The model falls silent in the middle of the second file.
SILENT = Script(pieces=written(*PAGE).splitlines(keepends=True), hang_after=12)
REST = written("style.css", "app.js")


@pytest.fixture
def building(server: ModelServer, project: Project, owner: User) -> Job:
    server.will(says(blueprint()), SILENT, says(REST))
    return wish(project, owner)


def at_the_second_file(job: Job) -> bool:
    return [payload["path"] for payload in payloads(job.project, "file_opened")] == ["index.html", "style.css"]


def test_a_stop_acts_within_a_second_or_so_and_closes_the_connection(building: Job, owner: User, server: ModelServer):
    thread = in_background(building)
    wait_for(lambda: at_the_second_file(building), seconds=60, what="the second file")
    pressed = time.monotonic()
    jobs.stop(building, by=owner)
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert time.monotonic() - pressed < 4  # a second, on a machine with nothing else to do
    assert server.seen[-1].closed.wait(10)
    building.refresh_from_db()
    assert (building.state, building.phase, building.intent) == ("cancelled", "cancelled", "")
    assert (Version.objects.count(), ChangeSet.objects.get().state) == (0, "open")
    assert [row.outcome for row in building.attempt_rows.all()] == ["cancelled"]
    half = Generation.objects.get(error_code="cancelled")
    assert (half.state, half.response) == ("settled", "".join(SILENT.pieces[:12]))
    assert [payload["path"] for payload in payloads(building.project, "file_abandoned")] == ["style.css"]


def test_pause_and_resume_ask_only_for_what_is_missing(building: Job, owner: User, server: ModelServer):
    thread = in_background(building)
    wait_for(lambda: at_the_second_file(building), seconds=60, what="the second file")
    jobs.pause(building, by=owner)
    thread.join(timeout=10)
    building.refresh_from_db()
    assert (building.state, building.phase, building.phase_before) == ("paused", "paused", "implementing")
    jobs.resume(building, by=owner)
    assert run(building).state == "completed"
    assert tree(building.project) == PAGE
    assert asked(server)[2:] == ["Write these files now: style.css, app.js"]
    assert [payload["path"] for payload in payloads(building.project, "file_closed")] == list(PAGE)


def test_a_worker_that_lost_its_lease_steps_aside(building: Job, server: ModelServer):
    """Another worker takes over in the middle; together they write every file once."""
    thread = in_background(building)
    wait_for(lambda: at_the_second_file(building), seconds=60, what="the second file")
    wait_for(lambda: _take_over(building), seconds=30, what="the takeover")
    thread.join(timeout=10)
    assert not thread.is_alive()
    building.refresh_from_db()
    assert (building.state, tree(building.project)) == ("completed", PAGE)
    assert [payload["path"] for payload in payloads(building.project, "file_closed")] == list(PAGE)
    assert [row.outcome for row in building.attempt_rows.all()] == ["lost", "completed"]
    assert {row.error_code for row in Generation.objects.all()} == {"", "lost"}


def _take_over(job: Job) -> bool:
    """The first worker still beats, so the moment in which its lease has run out may be missed."""
    leases.release_all()
    runner.execute(job.pk)
    job.refresh_from_db()
    return job.attempts > 1


def test_archiving_the_project_ends_its_job(building: Job, owner: User):
    thread = in_background(building)
    wait_for(lambda: at_the_second_file(building), seconds=60, what="the second file")
    projects.archive(building.project, by=owner)
    thread.join(timeout=10)
    building.refresh_from_db()
    assert building.state == "cancelled"
    assert payloads(building.project, "job_cancelled")[0]["message"] == "The project was archived."


def test_a_job_of_an_archived_project_does_not_begin(building: Job, owner: User, server: ModelServer):
    projects.archive(building.project, by=owner)
    assert run(building).state == "cancelled"
    assert server.seen == []


def test_deleting_the_project_in_the_middle_ends_the_work_in_silence(
    building: Job, server: ModelServer, caplog: pytest.LogCaptureFixture
):
    thread = in_background(building)
    wait_for(lambda: at_the_second_file(building), seconds=60, what="the second file")
    Project.objects.filter(pk=building.project_id).delete()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert server.seen[-1].closed.wait(10)
    assert not Job.objects.exists()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("agents")] == []


def test_a_job_that_is_gone_is_nobodys(db: None):
    assert runner.execute(uuid.uuid4()) == []


def test_a_stop_pressed_while_nobody_worked_is_obeyed_at_once(building: Job, owner: User, server: ModelServer):
    """The worker died after the stop was asked for; the next one does not begin anew."""
    lease = leases.claim(building.pk, worker="dead")
    assert lease is not None
    jobs.stop(building, by=owner)
    leases.release_all()
    assert run(building).state == "cancelled"
    assert server.seen == []


def test_a_stopped_change_is_shown_no_longer(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)))
    run(wish(project, owner))
    text = edit("style.css", "  color: navy;", "  color: green;") + "\nAnd more.\n"
    server.will(Script(pieces=text.splitlines(keepends=True), hang_after=9))
    job = wish(project, owner, "Make it green")
    thread = in_background(job)
    wait_for(lambda: server.seen and server.seen[-1].told.is_set(), seconds=30, what="the silence")
    jobs.stop(job, by=owner)
    thread.join(timeout=10)
    changeset = ChangeSet.objects.get(job_ref=job.pk)
    assert changeset.state == "rejected"
    assert tree(project) == PAGE


# --- while commands run --------------------------------------------------------------------------


class Trouble:
    """Stands before the install step: what that may meet is what this raises."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.next: list[Exception] = []
        self.real = install.prepare
        monkeypatch.setattr(install, "prepare", self.prepare)

    def prepare(self, context: Context) -> Sandbox:
        if self.next:
            raise self.next.pop(0)
        return self.real(context)


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Trouble:
    return Trouble(monkeypatch)


@pytest.fixture
def written_job(server: ModelServer, project: Project, owner: User) -> Job:
    server.will(says(blueprint()), says(written(*PAGE)), says("Nothing more."))
    return wish(project, owner)


def test_a_command_that_was_stopped_ends_the_job(written_job: Job, trouble: Trouble):
    trouble.next = [Stopped("It was stopped.")]
    job = run(written_job)
    assert (job.state, job.attempts) == ("cancelled", 1)


@pytest.mark.parametrize("lost", [SandboxLost("The box is gone."), TimeoutError()])
def test_a_lost_box_is_worth_another_try_and_no_file_is_written_again(
    written_job: Job, trouble: Trouble, lost: Exception, server: ModelServer
):
    trouble.next = [lost]
    job = run(written_job)
    assert (job.state, job.phase) == ("queued", "install")
    assert (run(job).state, len(server.seen)) == ("completed", 2)
    assert Version.objects.count() == 1


def test_a_surprise_fails_the_job_is_logged_and_tells_nobody_its_words(
    written_job: Job, trouble: Trouble, caplog: pytest.LogCaptureFixture
):
    trouble.next = [ZeroDivisionError("secret detail")]
    job = run(written_job)
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "internal")
    assert "nobody foresaw" in caplog.text
    assert "secret detail" not in f"{job.error}{[event.payload for event in feed.since(job.project_id, 0)]}"


def test_a_failed_install_is_retried_where_it_failed(
    written_job: Job, trouble: Trouble, owner: User, server: ModelServer
):
    trouble.next = [Failure("install_failed", "npm failed (exit code 1).")]
    job = run(written_job)
    assert (job.state, job.phase, job.phase_before) == ("failed", "failed", "install")
    jobs.retry(job, by=owner)
    job = run(job)
    assert (job.state, len(server.seen), tree(job.project)) == ("completed", 2, PAGE)
    keys = [(step.key, step.state) for step in job.steps.all()]
    assert keys == [(key, "done") for key in ("design", "implement-1", "install", "start")]


def failed_with_changes(written_job: Job, trouble: Trouble) -> ChangeSet:
    trouble.next = [Failure("install_failed", "npm failed (exit code 1).")]
    assert run(written_job).state == "failed"
    return ChangeSet.objects.get(job_ref=written_job.pk)


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REJECTED])
def test_what_was_decided_before_a_retry_takes_no_file_without_the_others(
    written_job: Job, trouble: Trouble, owner: User, decision: Decision
):
    """Nor does it leave any behind unsaid: whoever had begun to decide is asked about all of it."""
    made = failed_with_changes(written_job, trouble)
    first = min(PAGE)
    review.decide(made, first, decision)
    jobs.retry(written_job, by=owner)
    job = run(written_job)
    assert (job.state, job.output["version"], job.output["changeset"]) == ("completed", None, str(made.pk))
    assert (Version.objects.count(), [row.path for row in made.changes.all()]) == (0, sorted(PAGE))
    assert made.changes.get(path=first).decision == decision
    review.decide_all(made, Decision.APPROVED)
    changesets.apply(made, by=owner, message="All of it")
    assert tree(job.project) == PAGE


def test_what_was_applied_before_a_retry_is_followed_by_the_rest(written_job: Job, trouble: Trouble, owner: User):
    made = failed_with_changes(written_job, trouble)
    changesets.apply(made, by=owner, message="Some of it", pick=Pick(frozenset({min(PAGE)})))
    jobs.retry(written_job, by=owner)
    job = run(written_job)
    assert (job.state, job.output["version"], tree(job.project)) == ("completed", 2, PAGE)


def test_a_job_that_kills_its_workers_is_given_up(written_job: Job, server: ModelServer):
    for _ in range(6):
        assert leases.claim(written_job.pk, worker="dies") is not None
        Job.objects.update(lease_expires=timezone.now() - timedelta(seconds=1))
    job = run(written_job)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["message"] == "One worker after the other ended over this job."
    assert server.seen == []
    assert [row.outcome for row in job.attempt_rows.all()] == ["lost"] * 6 + ["failed"]


def test_a_long_job_gives_way_and_goes_on_by_itself(
    written_job: Job, server: ModelServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runner, "_TURN_SECONDS", 0.0)
    for phase in ("implementing", "install", "start"):
        assert runner.execute(written_job.pk) == [written_job.pk]
        written_job.refresh_from_db()
        assert (written_job.state, written_job.phase) == ("queued", phase)
    assert runner.execute(written_job.pk) == []
    written_job.refresh_from_db()
    assert (written_job.state, len(server.seen)) == ("completed", 2)
    assert [row.outcome for row in written_job.attempt_rows.all()] == ["yielded"] * 3 + ["completed"]


def test_the_next_job_is_told_when_one_ends(written_job: Job, owner: User):
    second = wish(written_job.project, owner, "Make it green")
    assert runner.execute(second.pk) == []
    assert runner.execute(written_job.pk) == [second.pk]
