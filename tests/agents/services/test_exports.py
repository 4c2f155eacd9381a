"""What can be exported, and that one thing waits once."""

import pytest

from agents.errors import NotPossible
from agents.lifecycle import leases
from agents.models import Job
from agents.services import exports
from projects import errors
from projects.models import Project, User
from projects.services import branches, files, projects


@pytest.fixture
def grown(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "a.txt", b"1", by=owner)
    return project


def test_of_one_thing_one_export_waits(grown: Project, owner: User):
    first = exports.ask(grown, "zip", by=owner)
    assert exports.ask(grown, "zip", by=owner) == first
    assert exports.ask(grown, "zip", version=1, by=owner) != first
    assert leases.claim(first.pk, worker="test") is not None
    assert exports.ask(grown, "zip", by=owner) != first
    assert Job.objects.count() == 3


def test_they_are_called_by_what_they_are(grown: Project, owner: User):
    branches.create(grown, "side", by=owner)
    asked = [
        exports.ask(grown, "zip", by=owner),
        exports.ask(grown, "zip", branch="side", by=owner),
        exports.ask(grown, "zip", version=1, by=owner),
        exports.ask(grown, "bundle", by=owner),
    ]
    assert [job.input["text"] for job in asked] == [
        "Export main as a zip",
        "Export side as a zip",
        "Export version 1 as a zip",
        "Export as a git bundle",
    ]
    assert {(job.kind, job.session) for job in asked} == {("export", None)}
    assert [job.branch.name for job in asked] == ["main", "side", "main", "main"]


def test_a_key_names_one_job_for_ever(grown: Project, owner: User):
    first = exports.ask(grown, "zip", by=owner, idempotency_key="k")
    Job.objects.update(state="cancelled", finished_at=first.created_at, phase="cancelled")
    assert exports.ask(grown, "zip", by=owner, idempotency_key="k") == first


@pytest.mark.parametrize(
    ("form", "more", "refusal"),
    [
        ("zip", {"version": 7}, errors.Missing),
        ("zip", {"branch": "nowhere"}, errors.Missing),
        ("bundle", {"version": 1}, errors.BadQuery),
        ("bundle", {"branch": "main"}, errors.BadQuery),
    ],
)
def test_what_is_not_there_is_refused_at_once(grown: Project, owner: User, form, more, refusal):
    with pytest.raises(refusal):
        exports.ask(grown, form, by=owner, **more)
    assert not Job.objects.exists()


def test_a_project_put_away_is_not_exported_by_a_job(grown: Project, owner: User):
    projects.archive(grown, by=owner)
    with pytest.raises(NotPossible, match="archived"):
        exports.ask(grown, "zip", by=owner)
