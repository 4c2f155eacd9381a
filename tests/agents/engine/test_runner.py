"""Whole jobs, by the demo model, on a plain HTML project: every step real, no box needed."""

from typing import Any

import pytest

from agents.engine import runner
from agents.models import Generation, Job
from agents.services import jobs
from projects import feed
from projects.models import ChangeSet, Project, User, Version

WISH = "A reading list for the books on my desk"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    return jobs.start(project=project, text=WISH, by=owner)


def events(project: Project, kind: str) -> list[dict[str, Any]]:
    return [event.payload for event in feed.since(project.pk, 0, limit=2000) if event.kind == kind]


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
    assert runner.execute(job.pk) == []
    assert Generation.objects.count() == calls
    assert Version.objects.filter(project=job.project).count() == 1


def test_a_recording_that_is_gone_fails_with_a_plain_sentence(job: Job):
    """When the job was asked for it was there: an unknown one is refused at the door."""
    Job.objects.update(model="demo/nothing-like-it")
    runner.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] in {"invalid_input", "policy_denied"}
    assert job.error["user_action"]
