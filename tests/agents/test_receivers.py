"""What happens below and matters to agents."""

import pytest

from agents.models import Job, Session
from projects import errors
from projects.models import Branch, Project, User
from projects.services import branches


def _with_a_job(project: Project, owner: User, job: Job) -> Branch:
    """As a job of another branch will stand there."""
    branch = branches.create(project, "idea", by=owner)
    Job.objects.filter(pk=job.pk).update(branch=branch)
    return branch


def test_a_branch_that_is_worked_on_stays(project: Project, owner: User, job: Job):
    branch = _with_a_job(project, owner, job)
    with pytest.raises(errors.Protected, match="at work"):
        branches.delete(branch, by=owner)
    assert Job.objects.filter(pk=job.pk).exists()


def test_a_branch_that_was_talked_about_stays(project: Project, owner: User):
    branch = branches.create(project, "idea", by=owner)
    Session.objects.create(project=project, branch=branch, title="About it", created_by=owner)
    with pytest.raises(errors.Protected, match="conversation"):
        branches.delete(branch, by=owner)


def test_any_other_branch_goes(project: Project, owner: User, job: Job):
    branches.delete(branches.create(project, "idea", by=owner), by=owner)
    assert Job.objects.filter(pk=job.pk).exists()
