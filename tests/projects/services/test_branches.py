import pytest

from projects import errors
from projects.enums import AuthorKind, ChangeSetState, Decision
from projects.models import Branch, ChangeSet, Event, Project, Version
from projects.services import branches, changesets, files, review, showing, versions
from projects.services.staging import Content
from projects.signals import branch_deleting
from projects.store import lineage
from tests.people import People

LINES = "".join(f"{number}\n" for number in range(20)).encode()


@pytest.fixture
def idea(people: People) -> Branch:
    files.save(people.main, "a.txt", LINES, by=people.owner)
    return branches.create(people.project, "idea", by=people.editor)


def kinds(count: int) -> list[str]:
    return list(Event.objects.order_by("-seq").values_list("kind", flat=True)[:count])


def numbers(version: Version) -> list[int]:
    return [row.parent.number for row in version.parentage.all()]


class TestCreate:
    def test_it_begins_where_main_is(self, people: People, idea: Branch):
        assert (idea.head, idea.created_by) == (versions.find(people.project, 1), people.editor)
        assert kinds(1) == ["branch_created"]

    def test_it_has_the_stack_of_what_stands_there(self, people: People, idea: Branch):
        Branch.objects.filter(pk=idea.pk).update(template="python-flask")
        assert idea.head is not None
        made = branches.create(people.project, "beside", by=people.owner, at=idea.head)
        expected = {"python-flask", ""} if idea.head == branches.find(people.project).head else {"python-flask"}
        assert made.template in expected

    def test_it_begins_at_any_version(self, people: People, idea: Branch):
        files.save(people.main, "b.txt", b"b\n", by=people.owner)
        old = branches.create(people.project, "old/one", by=people.owner, at=versions.find(people.project, 1))
        assert sorted(files.manifest(old)) == ["a.txt"]

    def test_it_begins_empty_with_an_empty_project(self, people: People):
        assert branches.create(people.project, "idea", by=people.owner).head is None

    @pytest.mark.parametrize("name", ["idea", "idea/more", "main", "a b", "", "-x", "HEAD", "main/x"])
    def test_a_name_that_is_taken_or_bad_is_refused(self, people: People, idea: Branch, name: str):
        with pytest.raises(errors.BadName):
            branches.create(people.project, name, by=people.owner)
        assert Branch.objects.count() == 2

    def test_a_folder_of_branches_cannot_be_a_branch(self, people: People, idea: Branch):
        branches.create(people.project, "deep/er", by=people.owner)
        with pytest.raises(errors.BadName, match="deep/er"):
            branches.create(people.project, "deep", by=people.owner)

    def test_there_is_an_end_to_their_number(self, people: People, idea: Branch, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(branches, "MOST", 2)
        with pytest.raises(errors.TooLarge):
            branches.create(people.project, "more", by=people.owner)


def test_the_list_says_how_far_apart_they_are(people: People, idea: Branch, django_assert_num_queries):
    files.save(idea, "b.txt", b"b\n", by=people.editor)
    files.save(idea, "c.txt", b"c\n", by=people.editor)
    files.save(people.main, "d.txt", b"d\n", by=people.owner)
    branches.create(people.project, "another", by=people.owner)
    with django_assert_num_queries(2):
        found = [(one.branch.name, one.ahead, one.behind) for one in branches.standings(people.project)]
    assert found == [("main", 0, 0), ("another", 0, 0), ("idea", 2, 1)]


def test_comparing_shows_what_merging_would_bring(people: People, idea: Branch):
    files.save(idea, "b.txt", b"b\n", by=people.editor)
    files.save(people.main, "d.txt", b"d\n", by=people.owner)
    compared = branches.compare(branches.find(people.project, "idea"), branches.find(people.project))
    assert [(file.path, file.status) for file in compared.files] == [("b.txt", "added")]


class TestMerge:
    def test_where_main_stood_still_its_head_moves(self, people: People, idea: Branch):
        head = files.save(idea, "b.txt", b"b\n", by=people.editor)
        assert branches.merge(idea, people.main, by=people.owner) == head
        assert Version.objects.count() == 2
        assert kinds(1) == ["branch_moved"]
        assert sorted(row.path for row in people.project.files.all()) == ["a.txt", "b.txt"]

    def test_neither_side_may_have_moved_since_one_looked(self, people: People, idea: Branch):
        files.save(idea, "b.txt", b"b\n", by=people.editor)
        for late in (branches.Looked(source=1, into=1), branches.Looked(source=2, into=2)):
            with pytest.raises(errors.Moved):
                branches.merge(idea, people.main, by=people.owner, seen=late)
        made = branches.merge(idea, people.main, by=people.owner, seen=branches.Looked(source=2, into=1))
        assert made.number == 2

    def test_an_empty_branch_takes_the_head_over(self, people: People):
        first = files.save(people.main, "a.txt", b"a\n", by=people.owner)
        empty = Branch.objects.create(project=people.project, name="empty")
        assert branches.merge(people.main, empty, by=people.owner) == first

    def test_two_lines_become_a_version_with_two_parents(self, people: People, idea: Branch):
        files.save(idea, "a.txt", LINES.replace(b"\n3\n", b"\nthree\n"), by=people.editor)
        files.save(people.main, "a.txt", LINES.replace(b"\n15\n", b"\nfifteen\n"), by=people.owner)
        made = branches.merge(idea, people.main, by=people.owner)
        assert (made.number, numbers(made), made.message) == (4, [3, 2], "Merge idea into main")
        both = LINES.replace(b"\n3\n", b"\nthree\n").replace(b"\n15\n", b"\nfifteen\n")
        assert files.read(files.manifest(people.main), "a.txt") == both
        assert kinds(2) == ["changeset_applied", "changeset_opened"]
        assert [one.ahead for one in branches.standings(people.project)] == [0, 0]

    def test_the_same_work_on_both_sides_is_joined_without_a_difference(self, people: People, idea: Branch):
        files.save(idea, "b.txt", b"b\n", by=people.editor)
        files.save(people.main, "b.txt", b"b\n", by=people.owner)
        made = branches.merge(idea, people.main, by=people.owner)
        assert numbers(made) == [3, 2]
        assert made.tree_hash == versions.find(people.project, 3).tree_hash

    def test_nothing_new_is_refused(self, people: People, idea: Branch):
        files.save(people.main, "b.txt", b"b\n", by=people.owner)
        with pytest.raises(errors.Empty):
            branches.merge(idea, people.main, by=people.owner)

    def test_a_branch_merged_again_brings_only_what_is_new(self, people: People, idea: Branch):
        files.save(idea, "b.txt", b"b\n", by=people.editor)
        files.save(people.main, "c.txt", b"c\n", by=people.owner)
        branches.merge(idea, people.main, by=people.owner)
        files.delete(people.main, "b.txt", by=people.owner)
        files.save(idea, "d.txt", b"d\n", by=people.editor)
        branches.merge(idea, people.main, by=people.owner)
        assert sorted(files.manifest(people.main)) == ["a.txt", "c.txt", "d.txt"]

    def test_lines_merged_crosswise_are_joined_over_what_both_knew(self, people: People, idea: Branch):
        files.save(idea, "i.txt", b"1\n", by=people.editor)
        files.save(people.main, "m.txt", b"1\n", by=people.owner)
        before_main = versions.find(people.project, 3)
        branches.merge(idea, people.main, by=people.owner)
        other = branches.create(people.project, "main-before", by=people.owner, at=before_main)
        branches.merge(other, idea, by=people.owner)
        files.save(idea, "i.txt", b"2\n", by=people.editor)
        files.save(people.main, "m.txt", b"2\n", by=people.owner)
        assert len(lineage.bases(versions.parents(people.project), 6, 7)) == 2
        branches.merge(idea, people.main, by=people.owner)
        tree = files.manifest(people.main)
        assert (files.read(tree, "i.txt"), files.read(tree, "m.txt")) == (b"2\n", b"2\n")

    def test_crosswise_where_both_changed_the_same_is_a_conflict(self, people: People, idea: Branch):
        files.save(idea, "i.txt", b"1\n", by=people.editor)
        files.save(people.main, "m.txt", b"1\n", by=people.owner)
        before_main = versions.find(people.project, 3)
        branches.merge(idea, people.main, by=people.owner)
        other = branches.create(people.project, "main-before", by=people.owner, at=before_main)
        branches.merge(other, idea, by=people.owner)
        files.save(idea, "i.txt", b"2\n", by=people.editor)
        head = files.save(people.main, "i.txt", b"3\n", by=people.owner)
        with pytest.raises(errors.Conflict):
            branches.merge(idea, people.main, by=people.owner)
        assert Branch.objects.get(pk=people.main.pk).head == head

    def test_a_conflict_leaves_an_open_change_set_and_nothing_else(self, people: People, idea: Branch):
        files.save(idea, "a.txt", b"mine\n", by=people.editor)
        head = files.save(people.main, "a.txt", b"theirs\n", by=people.owner)
        with pytest.raises(errors.Conflict) as conflict:
            branches.merge(idea, people.main, by=people.owner)
        assert conflict.value.paths == ("a.txt",)
        assert Branch.objects.get(pk=people.main.pk).head == head
        [waiting] = ChangeSet.objects.filter(state="open")
        assert waiting.merges == versions.find(people.project, 2)

    def test_asked_again_the_newer_takes_the_place_of_the_older(self, people: People, idea: Branch):
        files.save(idea, "a.txt", b"mine\n", by=people.editor)
        files.save(people.main, "a.txt", b"theirs\n", by=people.owner)
        for _ in range(2):
            with pytest.raises(errors.Conflict):
                branches.merge(idea, people.main, by=people.owner)
        states = ChangeSet.objects.filter(merges__isnull=False).order_by("created_at").values_list("state", flat=True)
        assert list(states) == [ChangeSetState.SUPERSEDED, ChangeSetState.OPEN]
        assert "changeset_superseded" in kinds(1)


class TestDelete:
    def test_the_name_goes_and_the_versions_stay(self, people: People, idea: Branch):
        made = files.save(idea, "b.txt", b"b\n", by=people.editor)
        branches.delete(idea, by=people.editor)
        assert [branch.name for branch in branches.of_project(people.project)] == ["main"]
        assert versions.find(people.project, made.number) == made
        assert kinds(1) == ["branch_deleted"]
        again = branches.create(people.project, "idea", by=people.owner, at=made)
        assert sorted(files.manifest(again)) == ["a.txt", "b.txt"]

    def test_what_was_decided_about_it_stays_under_its_name(self, people: People, idea: Branch):
        files.save(idea, "b.txt", b"b\n", by=people.editor)
        proposed = changesets.propose(idea, [("c.txt", Content(b"c\n"))], by=people.editor, title="Add c")
        changesets.reject(proposed, by=people.owner)
        branches.delete(branches.find(people.project, "idea"), by=people.editor)
        told = {row.title: (row.state, row.branch_id) for row in showing.listed(people.project, branch="idea")}
        assert told == {"Add c": ("rejected", None), "Edit b.txt": ("applied", None)}
        assert [file.path for file in showing.files(proposed, showing.rows_of(proposed))] == ["c.txt"]

    def test_a_change_set_whose_branch_went_is_closed(self, people: People, idea: Branch):
        """No door leads there: the service refuses. Who takes the row away all the same leaves nothing half open."""
        waiting = changesets.propose(idea, [("c.txt", Content(b"c\n"))], by=people.editor, title="Add c")
        idea.delete()
        with pytest.raises(errors.Closed, match="'idea' was deleted"):
            changesets.apply(waiting, by=people.owner, message="Add c")
        with pytest.raises(errors.Closed, match="'idea' was deleted"):
            review.decide(waiting, "c.txt", Decision.APPROVED)
        with pytest.raises(errors.Closed, match="'idea' was deleted"):
            review.resolve(waiting, {}, by=people.owner)

    def test_main_stays(self, people: People):
        with pytest.raises(errors.Protected):
            branches.delete(people.main, by=people.owner)

    def test_not_while_changes_wait(self, people: People, idea: Branch):
        changesets.open(branch=idea, author_kind=AuthorKind.USER, by=people.owner)
        with pytest.raises(errors.Protected):
            branches.delete(idea, by=people.owner)

    def test_not_while_somebody_needs_it(self, people: People, idea: Branch):
        def refuse(sender: object, branch: Branch, **_: object) -> None:
            raise errors.Protected("I need it.")

        branch_deleting.connect(refuse, sender=Project)
        try:
            with pytest.raises(errors.Protected, match="I need it"):
                branches.delete(idea, by=people.owner)
        finally:
            branch_deleting.disconnect(refuse, sender=Project)
        assert branches.find(people.project, "idea") == idea
