import pytest

from projects import errors
from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, Event, ProjectFile, Version
from projects.services import changesets, files, versions
from tests.people import People


@pytest.fixture
def first(people: People) -> Version:
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "run.sh", b"#!/bin/sh\n", by=people.owner, executable=True)
    files.delete(people.main, "a.txt", by=people.owner)
    files.save(people.main, "b.txt", b"two\n", by=people.editor)
    return versions.find(people.project, 2)


class TestListed:
    def test_the_newest_comes_first(self, people: People, first: Version):
        assert [version.number for version in versions.listed(people.project)] == [4, 3, 2, 1]

    def test_of_a_branch_it_is_what_its_head_came_from(self, people: People, first: Version):
        other = Branch.objects.create(project=people.project, name="other", head=first)
        files.save(other, "c.txt", b"c\n", by=people.owner)
        assert [version.number for version in versions.listed(people.project, other)] == [5, 2, 1]
        assert [version.number for version in versions.listed(people.project, people.main)] == [4, 3, 2, 1]
        assert [version.number for version in versions.listed(people.project)] == [5, 4, 3, 2, 1]

    def test_an_empty_branch_has_none(self, people: People, first: Version):
        empty = Branch.objects.create(project=people.project, name="empty")
        assert list(versions.listed(people.project, empty)) == []

    def test_it_reads_no_trees(self, people: People, first: Version, django_assert_num_queries):
        with django_assert_num_queries(1):
            rows = list(versions.listed(people.project))
        assert "manifest" in rows[0].get_deferred_fields()


def test_what_is_not_there_is_missing(people: People, first: Version):
    with pytest.raises(errors.Missing):
        versions.find(people.project, 99)


def test_any_two_can_be_compared_and_so_can_the_beginning(people: People, first: Version):
    last = versions.find(people.project, 4)
    assert [(file.path, file.status) for file in versions.compare(first, last).files] == [
        ("a.txt", "deleted"),
        ("b.txt", "added"),
    ]
    assert [file.status for file in versions.compare(None, first).files] == ["added", "added"]
    assert versions.compare(last, last).files == ()


def test_the_parent_is_the_head_it_followed(people: People, first: Version):
    assert versions.first_parent(first) == versions.find(people.project, 1)
    assert versions.first_parent(versions.find(people.project, 1)) is None


class TestRestore:
    def test_it_makes_a_version_with_the_old_tree(self, people: People, first: Version):
        made = versions.restore(people.main, first, by=people.editor, seen=4)
        assert (made.number, made.tree_hash, made.message) == (5, first.tree_hash, "Restore version 2")
        assert [row.parent.number for row in made.parentage.all()] == [4]
        assert dict(ProjectFile.objects.values_list("path", "executable")) == {"a.txt": False, "run.sh": True}
        assert made.author_line.startswith("Editor <")

    def test_it_is_a_change_set_like_every_write(self, people: People, first: Version):
        made = versions.restore(people.main, first, by=people.editor)
        changeset = ChangeSet.objects.get(applied_as=made)
        assert sorted(change.path for change in changeset.changes.all()) == ["a.txt", "b.txt"]
        kinds = Event.objects.order_by("-seq").values_list("kind", flat=True)[:3]
        assert list(kinds) == ["version_restored", "changeset_applied", "changeset_opened"]
        told = Event.objects.get(kind="version_restored")
        assert (told.payload["restored"], told.payload["version"], told.payload["count"]) == (2, 5, 2)

    def test_it_is_refused_if_the_head_is_not_the_one_that_was_seen(self, people: People, first: Version):
        with pytest.raises(errors.Moved) as moved:
            versions.restore(people.main, first, by=people.editor, seen=3)
        assert moved.value.number == 4
        assert Version.objects.count() == 4
        assert not ChangeSet.objects.filter(state="open").exists()

    def test_it_replaces_what_others_did_and_merges_nothing(self, people: People, first: Version):
        files.save(people.main, "a.txt", b"one\nand more\n", by=people.owner)
        versions.restore(people.main, first, by=people.editor)
        assert files.read(files.manifest(people.main), "a.txt") == b"one\n"

    def test_what_is_there_already_needs_no_version(self, people: People, first: Version):
        with pytest.raises(errors.Empty, match="version 4"):
            versions.restore(people.main, versions.find(people.project, 4), by=people.editor)
        assert Version.objects.count() == 4

    def test_an_open_change_set_lives_on_and_loses_nothing(self, people: People, first: Version):
        waiting = changesets.open(branch=people.main, author_kind=AuthorKind.AGENT)
        changesets.stage(waiting, "new.txt", b"new\n")
        versions.restore(people.main, first, by=people.editor)
        changesets.apply(waiting, message="After all")
        assert sorted(files.manifest(people.main)) == ["a.txt", "new.txt", "run.sh"]

    def test_another_branch_can_be_brought_to_any_version(self, people: People, first: Version):
        other = Branch.objects.create(project=people.project, name="other", head=first)
        made = versions.restore(other, versions.find(people.project, 4), by=people.editor)
        assert [row.parent.number for row in made.parentage.all()] == [2]
        assert sorted(files.manifest(people.main)) == ["b.txt", "run.sh"]
