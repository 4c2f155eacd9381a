import uuid
from typing import Any

import pytest

from projects import errors
from projects.enums import AuthorKind, ChangeSetState, Decision
from projects.models import Blob, Branch, Change, ChangeSet, Event, ProjectFile, Version
from projects.services import applying, changesets, files
from projects.signals import tree_changed
from tests.people import People


@pytest.fixture
def changeset(people: People) -> ChangeSet:
    files.save(people.main, "kept.txt", b"one\ntwo\nthree\nfour\n", by=people.owner)
    return changesets.open(branch=people.main, author_kind=AuthorKind.AGENT, job_ref=uuid.uuid4(), title="Build it")


def kinds(people: People) -> list[str]:
    return list(Event.objects.filter(project=people.project).order_by("seq").values_list("kind", flat=True))


class TestOpen:
    def test_it_stands_over_the_head(self, people: People, changeset: ChangeSet):
        assert changeset.state == ChangeSetState.OPEN
        assert changeset.base == Version.objects.get(number=1)
        event = Event.objects.filter(kind="changeset_opened").order_by("-seq")[0]
        assert event.job_ref == changeset.job_ref
        assert event.payload == {
            "changeset": str(changeset.pk),
            "branch": "main",
            "title": "Build it",
            "author_kind": "agent",
        }

    def test_a_job_whose_change_was_closed_begins_another(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "a.txt", b"a")
        changesets.reject(changeset, by=people.owner)
        again = changesets.open(branch=people.main, author_kind=AuthorKind.AGENT, job_ref=changeset.job_ref)
        changesets.stage(again, "a.txt", b"again")
        assert (again.state, again == changeset) == ("open", False)

    def test_a_job_gets_the_one_it_has(self, people: People, changeset: ChangeSet):
        before = kinds(people)
        again = changesets.open(branch=people.main, author_kind=AuthorKind.AGENT, job_ref=changeset.job_ref)
        assert again == changeset
        assert kinds(people) == before

    def test_many_may_be_open(self, people: People):
        opened = {changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner) for _ in range(3)}
        assert len(opened) == 3


class TestStage:
    def test_the_last_stage_of_a_path_wins(self, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"first")
        change = changesets.stage(changeset, "new.txt", b"second", executable=True)
        assert (change.before_id, change.executable) == (None, True)
        assert files.read(files.working_manifest(changeset), "new.txt") == b"second"
        assert changeset.changes.count() == 1

    def test_it_remembers_what_was_there(self, changeset: ChangeSet):
        change = changesets.stage(changeset, "kept.txt", None)
        assert change.before_id == ProjectFile.objects.get(path="kept.txt").blob_id
        assert change.after is None
        assert files.working_manifest(changeset) == {}

    def test_main_does_not_change(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "kept.txt", b"other")
        assert files.read(files.manifest(people.main), "kept.txt") == b"one\ntwo\nthree\nfour\n"

    @pytest.mark.parametrize("path", ["../out", "/etc/passwd", ".git/config", "a\\b", "KEPT.txt", "kept.txt/x"])
    def test_it_refuses_a_bad_path_without_a_trace(self, changeset: ChangeSet, path: str):
        blobs = Blob.objects.count()
        with pytest.raises(errors.BadPath):
            changesets.stage(changeset, path, b"new")
        assert not Change.objects.filter(changeset=changeset).exists()
        assert Blob.objects.count() == blobs

    def test_another_case_is_fine_once_the_old_name_is_gone(self, changeset: ChangeSet):
        changesets.stage(changeset, "kept.txt", None)
        changesets.stage(changeset, "Kept.txt", b"new")
        assert list(files.working_manifest(changeset)) == ["Kept.txt"]

    def test_it_refuses_to_delete_what_is_not_there(self, changeset: ChangeSet):
        with pytest.raises(errors.MissingFile):
            changesets.stage(changeset, "none.txt", None)
        assert not changeset.changes.exists()

    def test_a_staged_file_can_be_taken_back(self, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"new")
        changesets.stage(changeset, "new.txt", None)
        assert list(files.working_manifest(changeset)) == ["kept.txt"]

    def test_it_refuses_a_file_over_the_limit(self, changeset: ChangeSet):
        changesets.stage(changeset, "big.bin", bytes(5 * 1024 * 1024))
        with pytest.raises(errors.TooLarge):
            changesets.stage(changeset, "bigger.bin", bytes(5 * 1024 * 1024 + 1))
        assert [change.path for change in changeset.changes.all()] == ["big.bin"]

    def test_it_refuses_too_many_files(self, changeset: ChangeSet, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(applying, "MOST_FILES", 2)
        changesets.stage(changeset, "second.txt", b"2")
        with pytest.raises(errors.TooLarge):
            changesets.stage(changeset, "third.txt", b"3")
        changesets.stage(changeset, "second.txt", b"again")
        assert sorted(files.working_manifest(changeset)) == ["kept.txt", "second.txt"]

    def test_it_refuses_too_much_in_all(self, changeset: ChangeSet, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(applying, "MOST_TREE", 30)
        with pytest.raises(errors.TooLarge):
            changesets.stage(changeset, "more.txt", bytes(12))
        changesets.stage(changeset, "more.txt", bytes(11))

    def test_what_is_staged_again_is_to_be_decided_again(self, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"bad")
        changeset.changes.update(decision=Decision.REJECTED)
        assert "new.txt" not in files.working_manifest(changeset)
        changesets.stage(changeset, "new.txt", b"better")
        assert files.read(files.working_manifest(changeset), "new.txt") == b"better"

    def test_it_refuses_once_the_change_set_is_closed(self, people: People, changeset: ChangeSet):
        changesets.reject(changeset, by=people.owner)
        with pytest.raises(errors.Closed):
            changesets.stage(changeset, "late.txt", b"late")
        assert not changeset.changes.exists()


class TestApply:
    def test_once_applied_it_is_no_conflict_whatever_came_after(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "kept.txt", b"one\nTWO\nthree\nfour\n")
        version = changesets.apply(changeset, message="Build it")
        files.save(people.main, "kept.txt", b"one\nzwei\nthree\nfour\n", by=people.owner)
        assert changesets.apply(changeset, message="Build it") == version
        assert files.read(files.manifest(people.main), "kept.txt") == b"one\nzwei\nthree\nfour\n"

    def test_it_makes_a_version_and_moves_the_head(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "src/new.txt", b"a\nb\n")
        changesets.stage(changeset, "run.sh", b"#!/bin/sh\n", executable=True)
        changesets.stage(changeset, "kept.txt", None)
        version = changesets.apply(changeset, message="Build it")
        first = Version.objects.get(number=1)
        assert (version.number, version.author_kind, version.message) == (2, "agent", "Build it")
        assert (version.job_ref, list(version.parents.all())) == (changeset.job_ref, [first])
        assert Branch.objects.get(pk=people.main.pk).head == version
        assert (changeset.state, changeset.applied_as) == (ChangeSetState.APPLIED, version)
        tree = files.manifest(people.main)
        assert version.tree_hash == files.tree_hash(tree)
        rows = {row.path: (row.blob_id, row.size, row.executable) for row in ProjectFile.objects.all()}
        assert rows == {path: tuple(entry) for path, entry in tree.items()}
        assert sorted(rows) == ["run.sh", "src/new.txt"]

    def test_the_event_tells_what_changed(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"a\nb\n")
        changesets.stage(changeset, "kept.txt", b"one\nzwei\nthree\nfour\n")
        version = changesets.apply(changeset, by=people.editor, message="More")
        event = Event.objects.order_by("-seq")[0]
        assert (event.kind, event.actor, event.job_ref) == ("changeset_applied", people.editor, changeset.job_ref)
        assert event.payload == {
            "changeset": str(changeset.pk),
            "branch": "main",
            "title": "Build it",
            "author_kind": "agent",
            "message": "More",
            "version": 2,
            "version_id": str(version.pk),
            "files": [
                {"path": "kept.txt", "change": "changed", "added": 1, "removed": 1},
                {"path": "new.txt", "change": "added", "added": 2, "removed": 0},
            ],
            "count": 2,
            "added": 3,
            "removed": 1,
        }

    def test_the_signal_comes_after_the_commit(
        self, people: People, changeset: ChangeSet, django_capture_on_commit_callbacks
    ):
        heard = []

        def listen(sender, **news: Any) -> None:
            heard.append((news["project"], news["branch"], news["version"]))

        changesets.stage(changeset, "new.txt", b"a")
        tree_changed.connect(listen)
        with django_capture_on_commit_callbacks(execute=True):
            version = changesets.apply(changeset, message="x")
            assert heard == []
        assert heard == [(people.project, people.main, version)]

    def test_a_plan_made_before_the_last_stage_is_not_written(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "first.txt", b"1")
        plan = applying.plan(changeset)
        changesets.stage(changeset, "second.txt", b"2")
        assert changesets.write(changeset, plan, by=None, message="x") is None
        assert Version.objects.count() == 1
        changesets.apply(changeset, message="x")
        assert sorted(files.manifest(people.main)) == ["first.txt", "kept.txt", "second.txt"]

    def test_applied_twice_it_gives_the_same_version(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"a")
        first = changesets.apply(changeset, message="x")
        before = kinds(people)
        assert changesets.apply(changeset, message="x") == first
        assert kinds(people) == before
        assert Version.objects.count() == 2

    def test_what_others_did_meanwhile_is_joined(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "kept.txt", b"ONE\ntwo\nthree\nfour\n")
        changesets.stage(changeset, "mine.txt", b"m")
        files.save(people.main, "kept.txt", b"one\ntwo\nthree\nFOUR\n", by=people.owner)
        files.save(people.main, "theirs.txt", b"t", by=people.owner)
        version = changesets.apply(changeset, message="x")
        tree = files.manifest(people.main)
        assert version.number == 4
        assert sorted(tree) == ["kept.txt", "mine.txt", "theirs.txt"]
        assert files.read(tree, "kept.txt") == b"ONE\ntwo\nthree\nFOUR\n"
        assert files.working_manifest(changeset) == tree

    def test_a_conflict_names_the_paths_and_leaves_no_trace(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "kept.txt", b"mine\n")
        changesets.stage(changeset, "fine.txt", b"fine\n")
        head = files.save(people.main, "kept.txt", b"theirs\n", by=people.owner)
        before = kinds(people)
        with pytest.raises(errors.Conflict) as conflict:
            changesets.apply(changeset, message="x")
        assert conflict.value.paths == ("kept.txt",)
        assert Branch.objects.get(pk=people.main.pk).head == head
        assert kinds(people) == before
        assert ChangeSet.objects.get(pk=changeset.pk).state == ChangeSetState.OPEN
        assert Version.objects.count() == 2

    def test_names_that_clash_after_joining_are_a_conflict(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "readme.md", b"mine\n")
        files.save(people.main, "README.md", b"theirs\n", by=people.owner)
        with pytest.raises(errors.Conflict):
            changesets.apply(changeset, message="x")
        assert sorted(files.manifest(people.main)) == ["README.md", "kept.txt"]

    def test_what_was_turned_down_is_left_out(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "good.txt", b"g")
        changesets.stage(changeset, "bad.txt", b"b")
        changeset.changes.filter(path="bad.txt").update(decision=Decision.REJECTED)
        changesets.apply(changeset, message="x")
        assert sorted(files.manifest(people.main)) == ["good.txt", "kept.txt"]

    def test_a_change_set_that_changes_nothing_makes_no_version(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "kept.txt", b"one\ntwo\nthree\nfour\n")
        assert changesets.apply(changeset, message="x").number == 1
        assert changeset.state == ChangeSetState.APPLIED
        assert Version.objects.count() == 1

    def test_nothing_over_nothing_is_refused(self, people: People):
        empty = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
        with pytest.raises(errors.Empty):
            changesets.apply(empty, by=people.owner, message="x")
        assert ChangeSet.objects.get(pk=empty.pk).state == ChangeSetState.OPEN
        assert kinds(people) == ["changeset_opened"]

    def test_a_rejected_one_is_refused(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"a")
        changesets.reject(changeset, by=people.owner)
        with pytest.raises(errors.Closed):
            changesets.apply(changeset, message="x")
        assert Version.objects.count() == 1

    def test_another_branch_leaves_the_rows_of_main_alone(self, people: People, changeset: ChangeSet):
        side = Branch.objects.create(project=people.project, name="side", head=Version.objects.get(number=1))
        aside = changesets.open(branch=side, author_kind=AuthorKind.USER, by=people.editor)
        changesets.stage(aside, "side.txt", b"s")
        version = changesets.apply(aside, by=people.editor, message="x")
        assert version.number == 2
        assert version.author_line == "Editor <editor@example.org>"
        assert [row.path for row in ProjectFile.objects.all()] == ["kept.txt"]


class TestReject:
    def test_it_closes_the_change_set_and_says_so(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"a")
        changesets.reject(changeset, by=people.owner)
        assert changeset.state == ChangeSetState.REJECTED
        event = Event.objects.order_by("-seq")[0]
        assert (event.kind, event.actor) == ("changeset_rejected", people.owner)
        assert files.read(files.working_manifest(changeset), "new.txt") == b"a"

    def test_it_refuses_one_that_was_applied(self, people: People, changeset: ChangeSet):
        changesets.stage(changeset, "new.txt", b"a")
        changesets.apply(changeset, message="x")
        before = kinds(people)
        with pytest.raises(errors.Closed):
            changesets.reject(changeset, by=people.owner)
        assert kinds(people) == before
