import uuid
from collections.abc import Iterable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import errors
from projects.enums import AuthorKind, Decision
from projects.models import ChangeSet
from projects.services import changesets, files, review, showing
from projects.services.staging import Content
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


def shown(changeset: ChangeSet, **most: int) -> dict[str, showing.FileShown]:
    room = showing.Room(**most)
    return {file.path: file for file in showing.files(changeset, showing.rows_of(changeset), room=room)}


def propose(people: People, contents: dict[str, bytes]) -> ChangeSet:
    pairs = ((path, Content(content)) for path, content in contents.items())
    return changesets.propose(people.main, pairs, by=people.owner, title="Much")


def size_of(found: Iterable[showing.FileShown]) -> int:
    return sum(len(line.text.encode()) for file in found for part in file.parts for line in part.hunk.lines)


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
    assert found["new.txt"].is_left_out


def test_there_is_an_end_to_the_bytes(people: People):
    """A megabyte in each of twenty files, in few lines."""
    contents = {f"{n:02}.txt": (b"%d" % (n % 10)) * 300_000 + b"\n" for n in range(20)}
    found = shown(propose(people, contents))
    assert size_of(found.values()) <= showing.MOST_BYTES + 300_001
    assert [path for path, file in found.items() if not file.is_left_out] == ["00.txt", "01.txt"]


def test_a_page_counts_of_a_long_line_what_it_shows(people: People):
    contents = {f"{n}.txt": b"x" * 300_000 for n in range(5)}
    found = shown(propose(people, contents), most_line=1000)
    assert [len(file.parts) for file in found.values()] == [1] * 5


def test_no_more_is_read_than_a_page_may(people: People):
    """Of large files in which little is different, few are read, however few lines there were to show."""
    before = b"".join(b"%06d of the garden at night\n" % n for n in range(25_000))
    files.save_all(
        people.main, [(f"{n}.txt", Content(before)) for n in range(8)], by=people.owner, message="Much to read"
    )
    found = shown(propose(people, {f"{n}.txt": before + b"%d\n" % n for n in range(8)}))
    assert [path for path, file in found.items() if file.is_left_out] == ["5.txt", "6.txt", "7.txt"]


def test_what_is_too_long_by_itself_is_not_left_out_for_others(people: People):
    changeset = propose(people, {"huge.txt": b"y\n" * 2_500_000, "z.txt": b"z\n"})
    found = shown(changeset)
    assert (found["huge.txt"].is_long, found["huge.txt"].is_left_out, found["huge.txt"].parts) == (True, False, ())
    assert found["z.txt"].added == 1
    assert showing.content(changeset, "huge.txt", "after") == b"y\n" * 2_500_000
    with pytest.raises(errors.MissingFile):
        showing.content(changeset, "huge.txt", "before")
    with pytest.raises(errors.MissingFile):
        showing.content(changeset, "another.txt", "after")


def test_both_sides_of_clashes_share_one_room(people: People):
    names = [f"{n}.txt" for n in range(4)]
    text = b"a\n" * 30
    files.save_all(people.main, [(name, Content(text)) for name in names], by=people.owner, message="Before")
    changeset = propose(people, dict.fromkeys(names, b"b\n" * 30))
    files.save_all(people.main, [(name, Content(b"c\n" * 30)) for name in names], by=people.owner, message="Meanwhile")
    found = list(showing.clashes(review.clashes(changeset), showing.Room(most_lines=90)))
    lines = [sum(len(hunk.lines) for hunk in side.hunks) for one in found for side in (one.branch, one.change) if side]
    assert lines == [60, 30, 0, 0, 0, 0, 0, 0]
    assert [one.change.is_cut for one in found if one.change] == [True, False, False, False]
    assert [one.change.file.is_long for one in found if one.change] == [False, True, True, True]


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


@pytest.mark.parametrize(
    ("only", "index"), [({}, "changeset_newest"), ({"state": "open"}, "changeset_newest_of_state")]
)
def test_a_page_of_the_list_counts_the_files_of_its_rows_alone(
    people: People, changeset: ChangeSet, only: dict[str, str], index: str, django_assert_num_queries
):
    for number in range(5):
        pairs = [(f"{number}-{n}.txt", Content(b"")) for n in range(number)]
        changesets.propose(people.main, pairs, by=people.owner, title=f"{number} files")
    rows = showing.listed(people.project, **only)
    with django_assert_num_queries(1):
        assert [(row.title, vars(row)["count"]) for row in rows[:5]] == [(f"{n} files", n) for n in (4, 3, 2, 1, 0)]
    with django_assert_num_queries(1), CaptureQueriesContext(connection) as asked:
        assert rows.count() == 6 + (0 if only else 2)
    assert 'projects_change"' not in asked[0]["sql"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # its tables are too small here for it to look at indexes by itself
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
            )
        index = "changeset_newest"  # and of two that serve, it takes either
    assert any(word.startswith(index) for word in rows[:5].explain().replace(",", " ").split())


def test_what_is_not_there_is_missing(people: People, changeset: ChangeSet):
    assert showing.find(people.project, changeset.pk) == changeset
    with pytest.raises(errors.Missing):
        showing.find(people.project, uuid.uuid4())
