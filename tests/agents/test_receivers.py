"""What happens below and matters to agents."""

import pytest

from agents.errors import NotPossible
from agents.models import Job, Session
from agents.services import jobs
from projects import errors
from projects.enums import AuthorKind, Decision
from projects.models import Branch, Project, User
from projects.services import branches, changesets, review
from projects.services.choosing import Pick
from projects.services.staging import Content


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


def test_nobody_decides_about_what_a_job_is_still_at(project: Project, owner: User, job: Job):
    made = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, by=owner, job_ref=job.pk)
    [staged] = changesets.stage_all(made, [("a", Content(b"1"))])
    for act in (
        lambda: review.decide(made, "a", Decision.APPROVED),
        lambda: review.decide_all(made, Decision.APPROVED),
        lambda: review.edit(made, "a", b"2", seen=staged.after_id or ""),
        lambda: review.stage(made, "b", Content(b"2"), seen=""),
        lambda: review.reject(made, by=owner),
        lambda: changesets.apply(made, by=owner, message="m"),
    ):
        with pytest.raises(errors.Protected, match="Djinn is still at it"):
            act()
    made.refresh_from_db()
    assert (made.state, [(row.path, row.decision) for row in made.changes.all()]) == ("open", [("a", "undecided")])
    Job.objects.filter(pk=job.pk).update(state="completed", phase="complete", finished_at=job.created_at)
    assert changesets.apply(made, by=owner, message="m").number == 1


def test_what_is_left_of_a_jobs_change_still_holds_the_next_one_back(project: Project, owner: User, job: Job):
    made = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, by=owner, job_ref=job.pk)
    changesets.stage_all(made, [("a", Content(b"1")), ("b", Content(b"2"))])
    Job.objects.filter(pk=job.pk).update(state="completed", phase="complete", finished_at=job.created_at)
    changesets.apply(made, by=owner, message="m", pick=Pick(frozenset({"a"})))
    with pytest.raises(NotPossible, match="waits for your review"):
        jobs.start(project=project, text="Next", by=owner)
