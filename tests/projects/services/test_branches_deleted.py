"""Who writes to a branch that somebody deletes meanwhile is told that it is not there, and leaves no trace."""

from collections.abc import Callable

import pytest

from projects import errors
from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, Version
from projects.services import branches, changesets, files, uploads, versions
from projects.services.staging import Content
from tests import people as people_of_tests
from tests.people import People
from tests.threads import together

ACTS: dict[str, Callable[[People, Branch], object]] = {
    "save": lambda people, idea: files.save(idea, "b.txt", b"b", by=people.editor),
    "delete": lambda people, idea: files.delete(idea, "a.txt", by=people.editor),
    "upload": lambda people, idea: uploads.put(idea, [("b.txt", b"b")], by=people.editor),
    "propose": lambda people, idea: changesets.propose(idea, [("b.txt", Content(b"b"))], by=people.editor, title="B"),
    "open": lambda people, idea: changesets.open(branch=idea, author_kind=AuthorKind.AGENT),
    "restore": lambda people, idea: versions.restore(idea, versions.find(people.project, 1), by=people.editor),
    "merge": lambda people, idea: branches.merge(idea, people.main, by=people.editor),
    "read": lambda people, idea: files.manifest(idea),
    "list": lambda people, idea: versions.listed(people.project, idea),
}


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
def test_it_is_missing(people: People, act: str):
    files.save(people.main, "a.txt", b"a", by=people.owner)
    idea = branches.create(people.project, "idea", by=people.owner)
    branches.delete(branches.find(people.project, "idea"), by=people.owner)
    with pytest.raises(errors.Missing, match="no branch 'idea'"):
        ACTS[act](people, idea)
    assert (ChangeSet.objects.count(), Version.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_who_saves_while_it_is_deleted_saves_first_or_is_told():
    """Whoever comes first: never anything but a version or a refusal, and never a version without a change set."""
    people = people_of_tests.gather()
    files.save(people.main, "a.txt", b"a", by=people.owner)
    outcomes: list[str] = []
    for turn in range(12):
        idea = branches.create(people.project, f"idea-{turn}", by=people.owner)

        def save(idea: Branch = idea, turn: int = turn) -> None:
            try:
                files.save(idea, "b.txt", b"%d" % turn, by=people.editor)
            except errors.Missing:
                outcomes.append("missing")
            else:
                outcomes.append("saved")

        together(save, lambda idea=idea: branches.delete(idea, by=people.owner))  # type: ignore[misc]  # of this turn
    assert len(outcomes) == 12
    assert set(outcomes) <= {"saved", "missing"}
    assert Version.objects.count() == ChangeSet.objects.count() == 1 + outcomes.count("saved")
    assert not ChangeSet.objects.filter(branch_name__startswith="idea", branch__isnull=False).exists()
