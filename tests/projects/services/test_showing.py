import uuid

import pytest

from projects import errors
from projects.enums import AuthorKind, Decision
from projects.models import ChangeSet
from projects.services import changesets, files, review, showing
from tests.people import People

BEFORE = "".join(f"{number}\n" for number in range(40)).encode()
AFTER = BEFORE.replace(b"\n5\n", b"\nfive\n").replace(b"\n30\n", b"\nthirty\n")


@pytest.fixture
def changeset(people: People) -> ChangeSet:
    files.save(people.main, "long.txt", BEFORE, by=people.owner)
    files.save(people.main, "old.txt", b"old\n", by=people.owner)
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner, title="Words")
    changesets.stage(changeset, "long.txt", AFTER)
    changesets.stage(changeset, "new.txt", b"one\ntwo\n", executable=True)
    changesets.stage(changeset, "old.txt", None)
    changesets.stage(changeset, "picture.png", b"\x89PNG\0")
    return changeset


def shown(changeset: ChangeSet, **more: int) -> dict[str, showing.FileShown]:
    return {file.path: file for file in showing.files(changeset, showing.rows_of(changeset), **more)}


def test_each_file_says_what_became_of_it(changeset: ChangeSet):
    found = shown(changeset)
    assert {path: (file.status, file.added, file.removed) for path, file in found.items()} == {
        "long.txt": ("changed", 2, 2),
        "new.txt": ("added", 2, 0),
        "old.txt": ("deleted", 0, 1),
        "picture.png": ("added", 0, 0),
    }
    assert found["picture.png"].is_binary


def test_parts_carry_what_was_decided(changeset: ChangeSet):
    first = shown(changeset)["long.txt"].parts[0]
    review.decide_part(changeset, "long.txt", first.id, Decision.APPROVED)
    file = shown(changeset)["long.txt"]
    assert [part.decision for part in file.parts] == ["approved", "undecided"]
    assert file.is_mixed
    assert [part.id for part in shown(changeset)["new.txt"].parts] == [""]
    assert showing.tally(changeset) == {"approved": 1, "rejected": 0, "undecided": 3}


def test_there_is_an_end_to_the_lines(changeset: ChangeSet):
    found = shown(changeset, most_lines=5)
    assert found["long.txt"].is_cut
    assert len(found["long.txt"].parts[0].hunk.lines) == 5
    assert found["new.txt"].is_long


def test_another_mode_alone_is_shown(people: People, changeset: ChangeSet):
    changesets.stage(changeset, "old.txt", b"old\n", executable=True)
    file = shown(changeset)["old.txt"]
    assert (file.has_new_mode, file.parts) == (True, ())


def test_the_list_is_by_state_and_branch(people: People, changeset: ChangeSet, django_assert_num_queries):
    with django_assert_num_queries(1):
        [waiting] = showing.listed(people.project, state="open", branch="main")
        assert str(waiting.author) == "Owner"
        assert waiting.base_number == 2
        assert vars(waiting)["count"] == 4
    assert showing.listed(people.project).count() == 3
    assert list(showing.listed(people.project, branch="other")) == []
    assert showing.count_open(people.project) == 1


def test_what_is_not_there_is_missing(people: People, changeset: ChangeSet):
    assert showing.find(people.project, changeset.pk) == changeset
    with pytest.raises(errors.Missing):
        showing.find(people.project, uuid.uuid4())
