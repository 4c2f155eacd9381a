import zlib
from collections.abc import Callable

import pytest
from django.db.models import F, QuerySet

from projects.enums import AuthorKind
from projects.models import Blob, Branch, Checkpoint, Event, Parentage, ProjectFile, Version
from projects.services import changesets, files, projects, storekeeping
from projects.services.staging import Content
from projects.store import blobs
from tests.people import People


@pytest.fixture
def kept(people: People) -> People:
    """A project with a history: two versions, an open change set, and another project beside it."""
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "dir/b.txt", b"two\n", by=people.owner)
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    changesets.stage(changeset, "c.txt", b"three\n")
    return people


def told(people: People) -> str:
    return "\n".join(storekeeping.verify(people.project))


def test_what_was_made_by_the_services_is_right(kept: People):
    assert told(kept) == ""
    assert list(storekeeping.verify_all()) == []


def newest() -> Version:
    return Version.objects.order_by("-number")[0]


def one_content() -> QuerySet[Blob]:
    return Blob.objects.filter(git_oid=blobs.git_oid(b"one\n"))


def other_bytes(_: People) -> None:
    one_content().update(content=zlib.compress(b"eno\n"))


def other_size(_: People) -> None:
    one_content().update(size=7)


def other_git_name(_: People) -> None:
    one_content().update(git_oid="0" * 40)


def no_content(_: People) -> None:
    version = newest()
    version.manifest = {**version.manifest, "x.txt": ["0" * 64, 1, False]}
    version.save()


def other_tree(_: People) -> None:
    Version.objects.filter(pk=newest().pk).update(tree_hash="0" * 64)


def bad_path(_: People) -> None:
    version = newest()
    version.manifest = {**version.manifest, "../up": next(iter(version.manifest.values()))}
    version.save()


def lost_row(people: People) -> None:
    ProjectFile.objects.filter(project=people.project, path="a.txt").delete()


def gap_of_versions(_: People) -> None:
    Version.objects.filter(pk=newest().pk).update(number=9)


def gap_of_events(people: People) -> None:
    Event.objects.filter(project=people.project, seq=2).delete()


def late_events(people: People) -> None:
    people.project.__class__.objects.filter(pk=people.project.pk).update(last_seq=F("last_seq") + 1)


def strange_head(people: People) -> None:
    other = files.save(projects.create(name="Other", by=people.owner).branches.get(), "a", b"a", by=people.owner)
    Branch.objects.create(project=people.project, name="astray", head=other)


def strange_checkpoint(people: People) -> None:
    other = files.save(projects.create(name="Other", by=people.owner).branches.get(), "a", b"a", by=people.owner)
    Checkpoint.objects.create(project=people.project, version=other, label="astray")


def young_parent(people: People) -> None:
    first = Version.objects.get(project=people.project, number=1)
    Parentage.objects.create(version=first, parent=newest())


def no_first_parent(_: People) -> None:
    Parentage.objects.update(position=1)


def no_main(people: People) -> None:
    Branch.objects.filter(project=people.project).update(name="other")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (other_bytes, "does not match its hash"),
        (other_size, "is 4 bytes long and said to be 7"),
        (other_git_name, "has another name in git"),
        (no_content, "version 2: the content of x.txt is missing"),
        (other_tree, "version 2: its tree does not match its hash"),
        (bad_path, "leaves its folder"),
        (lost_row, "the files of main are not those of its head: a.txt"),
        (gap_of_versions, "there are 2 versions, and the newest has number 9"),
        (gap_of_events, "events, numbered from 1 to"),
        (late_events, "and the project says"),
        (strange_head, "1 heads of branches belong to another project"),
        (strange_checkpoint, "1 checkpoints belong to another project"),
        (young_parent, "version 1 has a parent that is not older"),
        (no_first_parent, "the parents of version 2 are not in order"),
        (no_main, "there is no branch main"),
    ],
)
def test_what_was_harmed_is_told(kept: People, harm: Callable[[People], None], sentence: str):
    harm(kept)
    assert sentence in told(kept)
    assert sentence in "\n".join(storekeeping.verify_all())


def test_what_only_a_change_set_names_is_looked_at(kept: People):
    """Whether it waits, or was turned down."""
    waiting = changesets.propose(kept.main, [("new.txt", Content(b"waits\n"))], by=kept.editor, title="Waits")
    assert told(kept) == ""
    named = Blob.objects.filter(git_oid=blobs.git_oid(b"waits\n"))
    named.update(content=zlib.compress(b"wails\n"))
    assert "does not match its hash" in told(kept)
    changesets.reject(waiting, by=kept.owner)
    assert "does not match its hash" in told(kept)


def test_the_words_say_which_project_it_is(kept: People):
    other_tree(kept)
    assert told(kept).startswith(f"{kept.owner.handle}/{kept.project.slug}: version 2: ")


def test_long_contents_are_read_a_few_at_a_time(kept: People, django_assert_max_num_queries):
    changeset = changesets.open(branch=kept.main, author_kind=AuthorKind.USER, by=kept.owner)
    for number in range(5):
        changesets.stage(changeset, f"long/{number}", f"{number}".encode() * 4_000_000)
    with django_assert_max_num_queries(30):
        assert list(storekeeping.verify_all()) == []
