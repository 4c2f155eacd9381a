import uuid

import pytest

from projects import errors
from projects.enums import AuthorKind, Decision
from projects.models import Branch, Change, ChangeSet, Event
from projects.services import branches, changesets, files, review
from tests.people import People

BEFORE = "".join(f"{number}\n" for number in range(40)).encode()
AFTER = BEFORE.replace(b"\n5\n", b"\nfive\n").replace(b"\n30\n", b"\nthirty\n")


@pytest.fixture
def changeset(people: People) -> ChangeSet:
    files.save(people.main, "long.txt", BEFORE, by=people.owner)
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner, title="Words")
    changesets.stage(changeset, "long.txt", AFTER)
    changesets.stage(changeset, "new.txt", b"new\n", executable=True)
    return changeset


def change(changeset: ChangeSet, path: str = "long.txt") -> Change:
    return Change.objects.get(changeset=changeset, path=path)


def parts(changeset: ChangeSet) -> list[str]:
    return [part.id for part in review.parts_of(change(changeset))]


class TestDecide:
    def test_a_file_is_decided_about_and_its_parts_follow(self, changeset: ChangeSet):
        first, _ = parts(changeset)
        review.decide_part(changeset, "long.txt", first, Decision.REJECTED)
        review.decide(changeset, "long.txt", Decision.APPROVED)
        assert (change(changeset).decision, change(changeset).hunks) == ("approved", {})

    def test_a_part_is_decided_about_alone(self, changeset: ChangeSet):
        first, second = parts(changeset)
        review.decide_part(changeset, "long.txt", first, Decision.APPROVED)
        assert (change(changeset).decision, change(changeset).hunks) == ("undecided", {first: "approved"})
        review.decide_part(changeset, "long.txt", first, Decision.UNDECIDED)
        assert change(changeset).hunks == {}
        assert second in parts(changeset)

    def test_one_part_of_an_approved_file_can_be_turned_down(self, changeset: ChangeSet):
        first, second = parts(changeset)
        review.decide(changeset, "long.txt", Decision.APPROVED)
        review.decide_part(changeset, "long.txt", second, Decision.REJECTED)
        assert change(changeset).hunks == {first: "approved", second: "rejected"}
        assert change(changeset).decision == "undecided"

    def test_all_parts_alike_are_the_decision_about_the_file(self, changeset: ChangeSet):
        for part in parts(changeset):
            review.decide_part(changeset, "long.txt", part, Decision.REJECTED)
        assert (change(changeset).decision, change(changeset).hunks) == ("rejected", {})

    def test_all_at_once(self, changeset: ChangeSet):
        review.decide_all(changeset, Decision.APPROVED)
        assert {one.decision for one in changeset.changes.all()} == {"approved"}

    def test_what_is_not_there_cannot_be_decided(self, people: People, changeset: ChangeSet):
        with pytest.raises(errors.MissingFile):
            review.decide(changeset, "none.txt", Decision.APPROVED)
        with pytest.raises(errors.MissingPart):
            review.decide_part(changeset, "long.txt", "0" * 16, Decision.APPROVED)
        with pytest.raises(errors.MissingPart):
            review.decide_part(changeset, "new.txt", "0" * 16, Decision.APPROVED)
        changesets.reject(changeset, by=people.owner)
        with pytest.raises(errors.Closed):
            review.decide(changeset, "long.txt", Decision.APPROVED)


class TestEdit:
    def test_a_staged_file_can_be_edited_and_keeps_its_mode(self, changeset: ChangeSet):
        seen = change(changeset, "new.txt").after_id or ""
        edited = review.edit(changeset, "new.txt", b"newer\n", seen=seen)
        assert (edited.executable, edited.decision) == (True, "undecided")
        assert files.read(files.working_manifest(changeset), "new.txt") == b"newer\n"

    def test_what_was_decided_about_other_parts_stays(self, changeset: ChangeSet):
        first, second = parts(changeset)
        review.decide_part(changeset, "long.txt", first, Decision.REJECTED)
        review.edit(changeset, "long.txt", AFTER.replace(b"thirty", b"30!"), seen=change(changeset).after_id or "")
        assert change(changeset).hunks == {first: "rejected"}
        assert second not in parts(changeset)
        assert files.read(files.working_manifest(changeset), "long.txt") == BEFORE.replace(b"\n30\n", b"\n30!\n")

    def test_what_was_decided_about_the_whole_file_stays_with_its_other_parts(
        self, people: People, changeset: ChangeSet
    ):
        _, second = parts(changeset)
        review.decide(changeset, "long.txt", Decision.REJECTED)
        review.edit(changeset, "long.txt", AFTER.replace(b"five", b"5!"), seen=change(changeset).after_id or "")
        assert (change(changeset).decision, change(changeset).hunks) == ("undecided", {second: "rejected"})
        made = changesets.apply(changeset, by=people.owner, message="m")
        assert files.read(files.tree_of(made), "long.txt") == BEFORE.replace(b"\n5\n", b"\n5!\n")

    def test_who_saw_another_content_is_refused(self, changeset: ChangeSet):
        with pytest.raises(errors.Stale):
            review.edit(changeset, "new.txt", b"newer\n", seen="")


class TestResolve:
    @pytest.fixture
    def clashing(self, people: People, changeset: ChangeSet) -> ChangeSet:
        files.save(people.main, "long.txt", BEFORE.replace(b"\n5\n", b"\nFIVE\n"), by=people.editor)
        files.save(people.main, "theirs.txt", b"t\n", by=people.editor)
        return changeset

    def test_what_clashes_is_named_with_all_three_sides(self, people: People, clashing: ChangeSet):
        [clash] = review.clashes(clashing)
        assert clash.path == "long.txt"
        assert len({clash.base, clash.branch, clash.change}) == 3

    def test_without_a_clash_there_is_nothing_to_resolve(self, changeset: ChangeSet):
        assert review.clashes(changeset) == []

    @pytest.mark.parametrize(
        ("choice", "made"),
        [("branch", BEFORE.replace(b"\n5\n", b"\nFIVE\n")), ("change", AFTER), (b"mine\n", b"mine\n")],
    )
    def test_each_clash_becomes_what_was_chosen(
        self, people: People, clashing: ChangeSet, choice: str | bytes, made: bytes
    ):
        following = review.resolve(clashing, {"long.txt": choice}, by=people.owner)
        clashing.refresh_from_db()
        assert (clashing.state, following.title) == ("superseded", "Words")
        assert review.clashes(following) == []
        changesets.apply(following, by=people.owner, message="Words")
        tree = files.manifest(people.main)
        assert files.read(tree, "long.txt") == made
        assert sorted(tree) == ["long.txt", "new.txt", "theirs.txt"]
        assert tree["new.txt"].executable

    def test_what_was_decided_goes_along_with_what_is_the_same(self, people: People, clashing: ChangeSet):
        review.decide(clashing, "new.txt", Decision.APPROVED)
        review.decide(clashing, "long.txt", Decision.APPROVED)
        ChangeSet.objects.filter(pk=clashing.pk).update(job_ref=uuid.uuid4())
        clashing.refresh_from_db()
        following = review.resolve(clashing, {"long.txt": b"mine\n"}, by=people.owner)
        assert {one.path: one.decision for one in following.changes.all()} == {
            "new.txt": "approved",
            "long.txt": "undecided",
        }
        assert (following.job_ref, following.follows) == (clashing.job_ref, clashing)

    def test_a_clash_without_a_choice_is_refused(self, people: People, clashing: ChangeSet):
        with pytest.raises(errors.Conflict):
            review.resolve(clashing, {}, by=people.owner)
        with pytest.raises(errors.BadName):
            review.resolve(clashing, {"long.txt": "both"}, by=people.owner)
        assert ChangeSet.objects.filter(state="open").count() == 1

    def test_one_resolves_what_one_saw(self, people: People, clashing: ChangeSet):
        """Neither a file staged since, nor another version of the branch, is taken unseen."""
        looked = review.looked(clashing)
        files.save(people.main, "other.txt", b"x", by=people.owner)
        with pytest.raises(errors.Moved):
            review.resolve(clashing, {"long.txt": "change"}, by=people.owner, seen=looked)
        looked = review.looked(clashing)
        changesets.stage(clashing, "late.txt", b"x")
        with pytest.raises(errors.Restaged):
            review.resolve(clashing, {"long.txt": "change"}, by=people.owner, seen=looked)
        assert review.resolve(clashing, {"long.txt": "change"}, by=people.owner, seen=review.looked(clashing))

    def test_one_turns_down_what_one_saw(self, people: People, clashing: ChangeSet):
        seen = review.looked(clashing).revision
        changesets.stage(clashing, "late.txt", b"x")
        with pytest.raises(errors.Restaged):
            review.reject(clashing, by=people.owner, seen=seen)
        clashing.refresh_from_db()
        assert clashing.state == "open"
        review.reject(clashing, by=people.owner, seen=seen + 1)
        clashing.refresh_from_db()
        assert clashing.state == "rejected"

    def test_a_deleted_side_can_be_chosen(self, people: People, changeset: ChangeSet):
        files.delete(people.main, "long.txt", by=people.editor)
        following = review.resolve(changeset, {"long.txt": "branch"}, by=people.owner)
        changesets.apply(following, by=people.owner, message="x")
        assert sorted(files.manifest(people.main)) == ["new.txt"]

    def test_a_resolved_merge_has_two_parents(self, people: People):
        files.save(people.main, "a.txt", b"one\n", by=people.owner)
        idea = branches.create(people.project, "idea", by=people.owner)
        files.save(idea, "a.txt", b"mine\n", by=people.owner)
        files.save(people.main, "a.txt", b"theirs\n", by=people.owner)
        with pytest.raises(errors.Conflict):
            branches.merge(idea, people.main, by=people.owner)
        [waiting] = ChangeSet.objects.filter(state="open")
        following = review.resolve(waiting, {"a.txt": b"both\n"}, by=people.owner)
        made = changesets.apply(following, by=people.owner, message="Merge")
        assert [row.parent.number for row in made.parentage.all()] == [3, 2]
        assert Branch.objects.get(pk=people.main.pk).head == made
        assert "changeset_superseded" in Event.objects.values_list("kind", flat=True)
