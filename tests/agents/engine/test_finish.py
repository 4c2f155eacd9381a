"""A project that wants to look first: the job ends, and a person makes the version."""

import pytest

from agents.engine import runner
from agents.errors import NotPossible
from agents.models import Job
from agents.services import jobs
from projects import feed
from projects.models import ChangeSet, Project, User, Version
from projects.services import changesets, review
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    review.want(project, True)
    job = jobs.start(project=project, text="A reading list for the books on my desk", by=owner)
    runner.execute(job.pk)
    job.refresh_from_db()
    return job


def waiting(job: Job) -> ChangeSet:
    return ChangeSet.objects.get(job_ref=job.pk)


def test_the_job_is_done_and_its_changes_wait(job: Job, project: Project):
    assert (job.state, job.output["version"], job.output["changeset"]) == ("completed", None, str(waiting(job).pk))
    assert (waiting(job).state, Version.objects.count()) == ("open", 0)
    [told] = [event for event in feed.since(project.pk, 0, limit=2000) if event.kind == "changeset_waiting"]
    assert told.payload["count"] == waiting(job).changes.count() > 1
    assert told.job_ref == job.pk


def test_the_box_shows_what_waits(job: Job, project: Project):
    sandbox = Sandbox.objects.get(project=project)
    assert manifest_of(sandbox) == changesets.working_manifest(waiting(job))


def test_applied_later_it_is_the_version_of_the_job(job: Job, owner: User):
    version = changesets.apply(waiting(job), by=owner, message="Looked at")
    assert (version.number, version.job_ref, version.author_kind) == (1, job.pk, "agent")


def test_nothing_new_is_begun_over_what_waits(job: Job, project: Project, owner: User):
    with pytest.raises(NotPossible, match="review"):
        jobs.start(project=project, text="Make the header green", by=owner)
    changesets.apply(waiting(job), by=owner, message="Looked at")
    assert jobs.start(project=project, text="Make the header green", by=owner).kind == "edit"


def test_turned_down_it_is_shown_no_longer(job: Job, project: Project, owner: User):
    changesets.reject(waiting(job), by=owner)
    assert manifest_of(Sandbox.objects.get(project=project)) == {}
    assert jobs.start(project=project, text="A reading list, but smaller", by=owner).kind == "generate"


def test_no_longer_asked_for_it_is_applied_by_itself(job: Job, project: Project, owner: User):
    changesets.apply(waiting(job), by=owner, message="Looked at")
    review.want(project, False)
    second = jobs.start(project=project, text="Make the header green", by=owner)
    runner.execute(second.pk)
    second.refresh_from_db()
    assert second.output["version"] == 2
