"""Having the app mended."""

import pytest

from agents import errors
from agents.models import Job
from agents.services import jobs, mending
from projects.models import Project, User
from projects.services import files


@pytest.fixture
def page(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "index.html", b"<h1>Shelf</h1>", by=owner)
    return project


def test_a_repair_is_asked_for(page: Project, owner: User) -> None:
    job = mending.mend(page, by=owner)
    assert (job.kind, job.state, job.input["text"]) == ("repair", "queued", "Mend the app.")


def test_one_on_its_way_does_it_for_everybody(page: Project, owner: User) -> None:
    first = mending.mend(page, by=owner)
    assert mending.mend(page, by=owner) == first
    jobs.stop(first, by=owner)
    assert mending.mend(page, by=owner) != first


def test_without_an_app_there_is_nothing_to_mend(project: Project, owner: User) -> None:
    with pytest.raises(errors.NotPossible):
        mending.mend(project, by=owner)
    assert not Job.objects.exists()
