from collections.abc import Iterator

import pytest

from projects import errors
from projects.enums import AuthorKind
from projects.models import Blob, ChangeSet
from projects.services import applying, changesets, files, staging
from projects.services.staging import Content
from tests.people import People


@pytest.fixture
def changeset(people: People) -> ChangeSet:
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    return changesets.open(branch=people.main, author_kind=AuthorKind.AGENT, title="Many")


def test_many_files_are_staged_in_one_go(people: People, changeset: ChangeSet):
    changes = {f"src/{number}.txt": Content(str(number).encode()) for number in range(700)}
    changesets.stage_all(changeset, [*changes.items(), ("a.txt", None), ("run.sh", Content(b"1", executable=True))])
    changesets.apply(changeset, message="All")
    tree = files.manifest(people.main)
    assert (len(tree), tree["run.sh"].executable, "a.txt" in tree) == (701, True, False)
    assert files.read(tree, "src/699.txt") == b"699"


def test_all_of_it_or_nothing(changeset: ChangeSet):
    blobs = Blob.objects.count()
    for changes in (
        [("b.txt", Content(b"new")), ("B.txt", Content(b"new"))],
        [("b.txt", Content(b"new")), ("a.txt/b", Content(b"new"))],
        [("b.txt", Content(b"new")), ("none.txt", None)],
        [("b.txt", Content(b"new")), ("../c", Content(b"new"))],
    ):
        with pytest.raises(errors.Refusal):
            changesets.stage_all(changeset, changes)
    assert (changeset.changes.count(), Blob.objects.count()) == (0, blobs)


def test_names_may_change_places_at_once(people: People, changeset: ChangeSet):
    changesets.stage_all(changeset, [("A.txt", Content(b"one\n")), ("a.txt", None)])
    assert list(files.working_manifest(changeset)) == ["A.txt"]


def test_a_source_that_breaks_off_leaves_no_trace(changeset: ChangeSet):
    def broken() -> Iterator[tuple[str, Content | None]]:
        yield "b.txt", Content(b"new")
        raise errors.TooLarge("That was too much.")

    with pytest.raises(errors.TooLarge):
        changesets.stage_all(changeset, broken())
    assert not changeset.changes.exists()


def test_what_somebody_staged_meanwhile_is_not_written_over(changeset: ChangeSet):
    seen = files.working_manifest(changeset)["a.txt"].sha256
    changesets.stage(changeset, "a.txt", b"by somebody else\n")
    with pytest.raises(errors.Stale) as refused:
        changesets.stage(changeset, "a.txt", b"by the agent\n", expected=seen)
    assert refused.value.current == files.working_manifest(changeset)["a.txt"].sha256 != seen
    assert files.read(files.working_manifest(changeset), "a.txt") == b"by somebody else\n"
    with pytest.raises(errors.Stale, match="already"):
        changesets.stage(changeset, "a.txt", b"new\n", expected="")


def test_no_end_of_changes_is_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(applying, "MOST_FILES", 3)
    with pytest.raises(errors.TooLarge):
        staging.pack((f"{number}.txt", Content(b"")) for number in range(100))
