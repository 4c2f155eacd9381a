"""Undoing a message, after whole jobs by the demo model."""

import pytest

from agents.engine import runner
from agents.errors import NotPossible
from agents.models import Job
from agents.services import jobs, undoing
from projects.models import Project, User, Version
from projects.services import files, versions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def edited(project: Project, owner: User) -> Job:
    first = jobs.start(project=project, text="A reading list for the books on my desk", by=owner)
    runner.execute(first.pk)
    second = jobs.start(project=project, text="Make the header green", by=owner)
    runner.execute(second.pk)
    second.refresh_from_db()
    return second


def test_it_becomes_what_it_was_before_the_message(edited: Job, project: Project, owner: User):
    before, after = Version.objects.order_by("number")
    main = project.branches.get()
    files.save(main, "notes.txt", b"by hand\n", by=owner)
    made = undoing.undo(edited, by=owner)
    assert (made.number, made.tree_hash) == (4, before.tree_hash)
    assert made.message == "Restore version 1 (before “Make the header green”)"
    assert after.tree_hash != before.tree_hash
    with pytest.raises(NotPossible, match="version 1 already"):
        undoing.undo(edited, by=owner)
    versions.restore(main, versions.find(project, 3), by=owner)
    assert "notes.txt" in files.manifest(main)


def test_there_is_nothing_before_the_first_message(edited: Job, project: Project, owner: User):
    first = Job.objects.order_by("created_at")[0]
    with pytest.raises(NotPossible, match="nothing before"):
        undoing.undo(first, by=owner)


def test_a_message_that_changed_nothing_cannot_be_undone(edited: Job, project: Project, owner: User):
    waiting = jobs.start(project=project, text="Make the header blue", by=owner)
    with pytest.raises(NotPossible, match="changed nothing"):
        undoing.undo(waiting, by=owner)
