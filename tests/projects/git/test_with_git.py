"""Clone, fetch and push with the real git client, against a real server."""

import hashlib
from pathlib import Path

import pytest

from projects.enums import AuthorKind
from projects.models import Branch, Event, ProjectFile, Version
from projects.services import branches, files, forking
from projects.services.versions import tree
from tests.people import People
from tests.projects.git.conftest import Cloned
from tests.projects.git.served import Clone, address

pytestmark = [pytest.mark.django_db(transaction=True)]


def contents(clone: Clone) -> dict[str, bytes]:
    return {
        str(path.relative_to(clone.folder)): path.read_bytes()
        for path in clone.folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_a_clone_has_every_version_with_author_message_and_branches(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "run.sh", b"#!/bin/sh\n", by=people.editor, executable=True)
    branches.create(people.project, "idea/x", by=people.owner)
    clone = cloned()
    assert contents(clone) == {"a.txt": b"one\n", "run.sh": b"#!/bin/sh\n"}
    log = clone.git("log", "--format=%an <%ae>|%s").out.splitlines()
    assert log == ["Editor <editor@example.org>|Edit run.sh", "Owner <owner@example.org>|Edit a.txt"]
    assert clone.git("branch", "-r").out.split() == ["origin/HEAD", "->", "origin/main", "origin/idea/x", "origin/main"]
    assert clone.git("ls-files", "-s", "run.sh").out.startswith("100755")
    assert clone.git("fsck", "--strict", "--full").code == 0


def test_ids_of_commits_stay_however_often_they_are_asked_for(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    first = cloned().head()
    assert list(Version.objects.values_list("commit_oid", flat=True)) == [first]
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    clone = cloned()
    assert (clone.head("HEAD~1"), cloned().head()) == (first, clone.head())


def test_fetch_brings_what_is_new(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    clone.git("pull", "-q", "--ff-only")
    assert contents(clone) == {"a.txt": b"two\n"}


def test_a_shallow_clone_has_one_commit_and_can_push(people: People, cloned: Cloned):
    for text in (b"1", b"2", b"3"):
        files.save(people.main, "a.txt", text, by=people.owner)
    clone = cloned(None, "--depth", "1")
    assert clone.git("rev-list", "--count", "HEAD").out == "1"
    clone.commit(b_txt="b")
    clone.push()
    assert files.read(files.manifest(people.main), "b.txt") == b"b"


@pytest.mark.parametrize("protocol", ["0", "1", "2"])
def test_every_protocol_of_git_is_understood(people: People, site: str, cloned: Cloned, protocol: str):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned(None, "-c", f"protocol.version={protocol}")
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    clone.git("-c", f"protocol.version={protocol}", "pull", "-q")
    assert contents(clone) == {"a.txt": b"two\n"}


def test_an_empty_project_is_cloned_and_gets_its_first_version_by_a_push(people: People, cloned: Cloned):
    clone = cloned()
    pushed = clone.commit("Begin", index_html="<h1>hello</h1>\n")
    assert "main is at version 1 now." in clone.push().err
    version = Version.objects.get()
    assert (version.commit_oid, version.message, version.author_kind) == (pushed, "Begin", AuthorKind.USER)
    assert version.author_line == "Ada <ada@example.org>"
    assert list(ProjectFile.objects.values_list("path", flat=True)) == ["index.html"]
    assert cloned().head() == pushed


def test_all_branches_of_a_new_history_are_pushed_at_once(people: People, cloned: Cloned):
    """To a main that is there and empty, with a new branch beside it."""
    clone = cloned()
    clone.commit("Begin", a_txt="one\n")
    clone.git("branch", "feature")
    last = clone.commit("More", a_txt="two\n")
    clone.git("push", "-q", "--all")
    main, feature = (people.project.branches.select_related("head").get(name=name) for name in ("main", "feature"))
    assert main.head is not None
    assert feature.head is not None
    assert (main.head.commit_oid, main.head.number, feature.head.number) == (last, 2, 1)


def test_a_push_makes_a_version_of_each_commit_and_moves_the_head_once(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    oids = [clone.commit(f"Step {n}", a_txt=f"{n}\n") for n in range(3)]
    clone.push()
    made = Version.objects.filter(number__gt=1).order_by("number")
    assert [(v.number, v.commit_oid, v.message) for v in made] == [(n + 2, oids[n], f"Step {n}") for n in range(3)]
    assert [list(v.parents.values_list("number", flat=True)) for v in made] == [[1], [2], [3]]
    event = Event.objects.filter(kind="branch_moved").get()
    assert (event.actor, event.payload["version"], event.payload["reason"]) == (people.editor, 4, "push")
    assert files.read(files.manifest(people.main), "a.txt") == b"2\n"


def test_a_merge_is_pushed_with_both_its_parents_in_order(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    clone.git("checkout", "-q", "-b", "side")
    side = clone.commit(b_txt="b")
    clone.git("checkout", "-q", "main")
    mine = clone.commit(c_txt="c")
    clone.git("merge", "-q", "--no-ff", "-m", "Join", "side")
    clone.push()
    head = Branch.objects.select_related("head").get(name="main").head
    assert head
    assert [parent.parent.commit_oid for parent in head.parentage.all()] == [mine, side]


def test_a_branch_is_made_pushed_to_and_deleted(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    clone.commit(b_txt="b")
    clone.push("HEAD:refs/heads/idea")
    branch = Branch.objects.get(name="idea")
    assert set(tree(branch.head)) == {"a.txt", "b.txt"}
    assert set(files.manifest(people.main)) == {"a.txt"}
    kinds = list(Event.objects.filter(kind__startswith="branch").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["branch_created", "branch_moved"]
    assert "idea is deleted" in clone.push(":idea").err
    assert not Branch.objects.filter(name="idea").exists()
    assert Version.objects.count() == 2


def test_a_branch_fast_forwards_to_what_another_has(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    clone.commit(b_txt="b")
    clone.push("HEAD:refs/heads/idea")
    clone.push("HEAD:refs/heads/main")
    assert Version.objects.count() == 2
    assert set(files.manifest(people.main)) == {"a.txt", "b.txt"}


def test_two_hundred_versions_come_back_byte_for_byte(people: People, cloned: Cloned):
    for n in range(200):
        files.save(people.main, f"src/{n % 17}/f{n % 23}.bin", hashlib.sha256(b"%d" % n).digest(), by=people.owner)
    clone = cloned()
    oids = clone.git("rev-list", "--reverse", "HEAD").out.split()
    versions = list(Version.objects.order_by("number"))
    assert [version.commit_oid for version in versions] == oids
    for version in versions[::40]:
        listed = clone.git("ls-tree", "-r", str(version.commit_oid)).out.splitlines()
        theirs = {line.split("\t")[1]: line.split()[2] for line in listed}
        ours = {path: files.read(tree(version), path) for path in tree(version)}
        assert theirs == {
            path: hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() for path, data in ours.items()
        }


def test_who_may_not_is_told_so(people: People, site: str, cloned: Cloned, tmp_path):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    here = Clone(tmp_path)
    nobody = here.git("ls-remote", address(site, people.project, None), code=128).err
    assert "could not read Username" in nobody
    assert "not found" in here.git("ls-remote", address(site, people.project, people.stranger), code=128).err
    reader = cloned(people.viewer)
    reader.commit(b_txt="b")
    refused = reader.push(code=128).err
    assert "You may read this project, but not change it." in refused
    narrow = cloned()
    narrow.git("remote", "set-url", "origin", address(site, people.project, people.editor, "read"))
    narrow.commit(b_txt="b")
    assert "it needs the scope 'write'" in narrow.push(code=128).err
    assert Version.objects.count() == 1


def test_a_fork_is_cloned_and_fetched_from_with_the_ids_of_its_source(
    people: People, site: str, cloned: Cloned, tmp_path: Path
):
    """The way to the head of `main` has a gap: a version on another branch."""
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    side = branches.create(people.project, "side", by=people.owner)
    files.save(side, "side.txt", b"side\n", by=people.owner)
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    clone = cloned()
    copy = forking.fork(people.project, by=people.viewer)
    files.save(copy.branches.get(), "mine.txt", b"mine\n", by=people.viewer)
    there = address(site, copy, people.viewer)
    clone.git("clone", "-q", there, str(tmp_path / "fork"))
    fork = Clone(tmp_path / "fork", there)
    assert fork.head("HEAD~1") == clone.head()
    assert fork.git("fsck", "--strict", "--full").code == 0
    clone.git("pull", "-q", "--ff-only", there, "main")
    assert contents(clone) == {"a.txt": b"two\n", "mine.txt": b"mine\n"}


def test_a_fork_whose_way_was_left_behind_is_cloned(
    people: People, site: str, cloned: Cloned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    clone.commit(a_txt="two\n")
    clone.push()
    monkeypatch.setattr(forking, "MOST_VERSIONS", 1)
    copy = forking.fork(people.project, by=people.viewer)
    clone.git("clone", "-q", address(site, copy, people.viewer), str(tmp_path / "fork"))
    assert Clone(tmp_path / "fork").git("rev-list", "--count", "HEAD").out == "1"
