"""What can be applied later, and that one thing waits once."""

import pytest

from agents.models import Job
from agents.services import applies, jobs
from projects import errors
from projects.enums import AuthorKind
from projects.models import ChangeSet, Project, User
from projects.services import changesets
from projects.services.staging import Content


@pytest.fixture
def proposed(project: Project, owner: User) -> ChangeSet:
    changes = [("a.txt", Content(b"1"))]
    return changesets.propose(project.branches.get(), changes, by=owner, title="Better")


def test_of_one_apply_one_waits(proposed: ChangeSet, owner: User):
    first = applies.ask(proposed, by=owner)
    assert applies.ask(proposed, by=owner) == first
    assert applies.ask(proposed, paths=["a.txt"], by=owner) != first
    assert (first.kind, first.session, first.input["message"]) == ("apply", None, "Better")


def test_a_key_names_one_job_also_when_its_diff_is_closed(proposed: ChangeSet, owner: User):
    first = applies.ask(proposed, by=owner, idempotency_key="k")
    changesets.reject(proposed, by=owner)
    assert applies.ask(proposed, by=owner, idempotency_key="k") == first


def test_what_is_closed_is_refused_at_once(proposed: ChangeSet, owner: User):
    changesets.reject(proposed, by=owner)
    with pytest.raises(errors.Closed):
        applies.ask(proposed, by=owner)
    assert not Job.objects.exists()


def test_what_somebody_is_still_at_is_left_to_them(project: Project, owner: User):
    job = jobs.start(project=project, text="A shelf", by=owner)
    halfway = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, by=owner, job_ref=job.pk)
    changesets.stage(halfway, "a.txt", b"1")
    with pytest.raises(errors.Protected):
        applies.ask(halfway, by=owner)
    assert Job.objects.count() == 1
