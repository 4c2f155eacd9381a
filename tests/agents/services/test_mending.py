"""Having the app mended."""

import pytest

from agents import errors
from agents.models import Job
from agents.services import jobs, mending
from projects.models import Branch, Project, User
from projects.services import branches, files


@pytest.fixture
def page(project: Project, owner: User) -> Branch:
    main = project.branches.get()
    files.save(main, "index.html", b"<h1>Shelf</h1>", by=owner)
    return main


def test_a_repair_is_asked_for(page: Branch, owner: User) -> None:
    job = mending.mend(page, by=owner)
    assert (job.kind, job.state, job.input["text"]) == ("repair", "queued", "Mend the app.")


def test_one_on_its_way_does_it_for_everybody(page: Branch, owner: User) -> None:
    first = mending.mend(page, by=owner)
    assert mending.mend(page, by=owner) == first
    jobs.stop(first, by=owner)
    assert mending.mend(page, by=owner) != first


def test_one_that_was_paused_goes_on(page: Branch, owner: User) -> None:
    first = mending.mend(page, by=owner)
    jobs.pause(first, by=owner)
    assert Job.objects.get().state == "paused"
    assert mending.mend(page, by=owner) == first
    assert Job.objects.get().state == "queued"


def test_each_branch_is_mended_for_itself(page: Branch, owner: User) -> None:
    beside = branches.create(page.project, "beside", by=owner)
    assert [mending.mend(one, by=owner).branch for one in (page, beside)] == [page, beside]


def test_without_an_app_there_is_nothing_to_mend(project: Project, owner: User) -> None:
    with pytest.raises(errors.NotPossible):
        mending.mend(project.branches.get(), by=owner)
    assert not Job.objects.exists()
