"""Whole jobs, by the demo model, on a plain HTML project: every step real, no box needed."""

import threading
from collections import Counter

import pytest

from agents.engine import runner
from agents.lifecycle import leases
from agents.models import Generation, Job
from agents.services import jobs
from projects import feed
from projects.models import ChangeSet, Project, User, Version
from projects.services import accounts, files, projects
from tests.installation import wait_for

WISH = "A reading list for the books on my desk"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> User:
    user = User.objects.create_user("alice@example.org", name="Alice")
    accounts.ensure_handle(user)
    return user


@pytest.fixture
def job(owner: User) -> Job:
    project = projects.create(name="Desk", by=owner)
    return jobs.start(project=project, text=WISH, by=owner)


def events(project: Project, kind: str) -> list[dict]:
    return [event.payload for event in feed.since(project.pk, 0, limit=2000) if event.kind == kind]


def in_background(job: Job) -> threading.Thread:
    thread = threading.Thread(target=runner.execute, args=(job.pk,), daemon=True)
    thread.start()
    return thread


def closed(job: Job) -> int:
    return len(events(job.project, "file_closed"))


def test_a_wish_becomes_a_version(job: Job):
    runner.execute(job.pk)
    job.refresh_from_db()
    assert job.error is None
    assert (job.state, job.phase) == ("completed", "complete")
    version = Version.objects.get(project=job.project)
    planned = [file["path"] for phase in job.plan for file in phase["files"]]
    assert sorted(version.manifest) == sorted(planned)
    assert job.output["version"] == 1
    assert [step.state for step in job.steps.all()] == ["done"] * job.steps.count()
    assert {row.state for row in Generation.objects.all()} == {"settled"}
    assert ChangeSet.objects.get(job_ref=job.pk).state == "applied"
    phases = [payload["phase"] for payload in events(job.project, "phase_changed")]
    assert list(dict.fromkeys(phases)) == ["designing", "implementing", "install", "start", "complete"]


def test_a_second_message_is_a_small_change(job: Job, owner: User):
    runner.execute(job.pk)
    second = jobs.start(project=job.project, text="Make the header green", by=owner)
    runner.execute(second.pk)
    second.refresh_from_db()
    assert second.error is None
    assert (second.kind, second.state) == ("edit", "completed")
    before, after = Version.objects.filter(project=job.project).order_by("number")
    changed = [path for path in after.manifest if after.manifest[path] != before.manifest.get(path)]
    assert 1 <= len(changed) <= 3
    assert [payload["path"] for payload in events(job.project, "file_edited")] == changed


def test_a_request_nobody_recorded_changes_nothing_and_says_so(job: Job, owner: User):
    runner.execute(job.pk)
    second = jobs.start(project=job.project, text="Translate everything into Latin verse", by=owner)
    runner.execute(second.pk)
    second.refresh_from_db()
    assert (second.state, second.output["version"]) == ("completed", None)
    assert Version.objects.filter(project=job.project).count() == 1
    assert "demo" in events(job.project, "message_sent")[-1]["text"].lower()


def test_delivered_twice_is_done_once(job: Job):
    runner.execute(job.pk)
    calls = Generation.objects.count()
    runner.execute(job.pk)
    assert Generation.objects.count() == calls
    assert Version.objects.filter(project=job.project).count() == 1


def test_stop_acts_within_a_second_while_the_model_streams(job: Job, owner: User, settings):
    settings.DEMO_PACE = 2.0
    thread = in_background(job)
    wait_for(lambda: closed(job) >= 1, seconds=60, what="a closed file")
    jobs.stop(job, by=owner)
    thread.join(timeout=10)
    assert not thread.is_alive()
    job.refresh_from_db()
    assert (job.state, job.phase) == ("cancelled", "cancelled")
    told = {event.kind: event.created_at for event in feed.since(job.project_id, 0, limit=2000)}
    assert "job_cancelled" in told
    assert Version.objects.count() == 0
    half = Generation.objects.get(error_code="cancelled")
    assert half.response


def test_pause_and_resume_ask_only_for_what_is_missing(job: Job, owner: User, settings):
    settings.DEMO_PACE = 2.0
    thread = in_background(job)
    wait_for(lambda: closed(job) >= 1, seconds=60, what="a closed file")
    jobs.pause(job, by=owner)
    thread.join(timeout=10)
    job.refresh_from_db()
    assert (job.state, job.phase, job.phase_before) == ("paused", "paused", "implementing")
    settings.DEMO_PACE = 0
    jobs.resume(job, by=owner)
    runner.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "completed"
    written = Counter(payload["path"] for payload in events(job.project, "file_closed"))
    assert set(written.values()) == {1}


def test_a_worker_that_lost_its_lease_steps_aside(job: Job, settings):
    """Another worker takes over in the middle; together they write every file once."""
    settings.DEMO_PACE = 2.0
    thread = in_background(job)
    wait_for(lambda: closed(job) >= 1, seconds=60, what="a closed file")
    settings.DEMO_PACE = 0
    wait_for(lambda: _take_over(job), seconds=30, what="the takeover")
    thread.join(timeout=10)
    assert not thread.is_alive()
    written = Counter(payload["path"] for payload in events(job.project, "file_closed"))
    assert set(written.values()) == {1}
    assert [row.outcome for row in job.attempt_rows.all()] == ["lost", "completed"]


def _take_over(job: Job) -> bool:
    """The first worker still beats, so the moment in which its lease has run out may be missed."""
    leases.release_all()
    runner.execute(job.pk)
    job.refresh_from_db()
    return job.attempts > 1


def test_an_interrupted_run_gives_the_same_tree(job: Job, owner: User):
    runner.execute(job.pk)
    [first] = Version.objects.all()
    other = jobs.start(project=projects.create(name="Other", by=owner), text=WISH, by=owner)
    runner.execute(other.pk)
    second = Version.objects.get(project=other.project)
    assert second.tree_hash == first.tree_hash
    assert files.tree_hash(files.manifest(other.branch)) == first.tree_hash


def test_an_unknown_model_fails_with_a_plain_sentence(owner: User):
    project = projects.create(name="Desk", by=owner)
    job = jobs.start(project=project, text=WISH, by=owner, model="demo/nothing-like-it")
    runner.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] in {"invalid_input", "policy_denied"}
    assert job.error["user_action"]
