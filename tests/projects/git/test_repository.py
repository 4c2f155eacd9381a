"""The cache of a project as a repository: made, brought up to date, doubted and made again."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from django.utils import timezone

from projects import errors
from projects.enums import AuthorKind
from projects.git import locking, objects, program, repository
from projects.models import Blob, Project, Version
from projects.services import branches, files, projects, versions, writing
from tests.people import People

pytestmark = pytest.mark.django_db


def said(folder: Path, *words: str) -> str:
    return program.run(*words, folder=folder, seconds=20).decode().strip()


def head(folder: Path, branch: str = "main") -> str:
    return said(folder, "rev-parse", f"refs/heads/{branch}")


@pytest.fixture
def project(people: People) -> Project:
    for n in range(3):
        files.save(people.main, "a.txt", b"%d\n" % n, by=people.owner)
    return people.project


def test_it_holds_every_version_and_git_finds_nothing_wrong(people: People, project: Project):
    folder = repository.ready(project).folder
    names = list(Version.objects.order_by("-number").values_list("commit_oid", flat=True))
    assert said(folder, "rev-list", "main").split() == names
    assert said(folder, "fsck", "--strict", "--full") == ""
    assert said(folder, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_without_versions_it_is_empty(people: People):
    assert said(repository.ready(people.project).folder, "for-each-ref") == ""


def test_only_what_is_new_is_added(people: People, project: Project):
    folder = repository.ready(project).folder
    before = set((folder / "objects" / "pack").iterdir())
    assert repository.ready(project).folder == folder
    assert set((folder / "objects" / "pack").iterdir()) == before
    files.save(people.main, "b.txt", b"b", by=people.owner)
    repository.ready(project)
    [new] = [path for path in set((folder / "objects" / "pack").iterdir()) - before if path.suffix == ".idx"]
    objects_in = program.run("show-index", folder=folder, seconds=20, feed=[new.read_bytes()]).splitlines()
    assert len(objects_in) == 3  # a blob, a folder and a commit


def test_branches_are_followed(people: People, project: Project):
    branch = branches.create(project, "idea/ü", by=people.owner, at=versions.find(project, 1))
    folder = repository.ready(project).folder
    assert head(folder, "idea/ü") == said(folder, "rev-parse", "main~2")
    branches.delete(branch, by=people.owner)
    repository.ready(project)
    assert said(folder, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_parents_come_in_order(people: People, project: Project):
    """The merged one second, whatever its number."""
    first, second = versions.find(project, 1), versions.find(project, 3)
    tree = versions.tree(second)
    merged = writing.add_version(
        project, tree, parents=[second.pk, first.pk], author_kind=AuthorKind.SYSTEM, author_line="D <d@x>", message="m"
    )
    folder = repository.ready(project).folder
    merged.refresh_from_db()
    told = said(folder, "rev-list", "--parents", "-1", str(merged.commit_oid)).split()[1:]
    names = [Version.objects.get(pk=version.pk).commit_oid for version in (second, first)]
    assert told == names


DAMAGE = {
    "a pack is gone": lambda folder: next(folder.glob("objects/pack/*.pack")).unlink(),
    "an index is cut": lambda folder: os.truncate(next(folder.glob("objects/pack/*.idx")), 100),
    "the note is nonsense": lambda folder: (folder / "djinn.json").write_text("[]"),
    "the note is of another time": lambda folder: (folder / "djinn.json").write_text(
        (folder / "djinn.json").read_text().replace('"upto": 3', '"upto": 9')
    ),
    "refs are gone": lambda folder: (folder / "packed-refs").unlink(),
    "refs are nonsense": lambda folder: (folder / "packed-refs").write_text(f"{'0' * 40} refs/heads/main\n"),
    "the note is gone": lambda folder: (folder / "djinn.json").unlink(),
    "there is only the folder": lambda folder: [path.unlink() for path in folder.rglob("*") if path.is_file()],
    "a killed process left a draft": lambda folder: (folder / "objects" / "pack" / "tmp_pack_x").write_bytes(b"x"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_damaged_is_made_again(project: Project, kind: str):
    folder = repository.ready(project).folder
    names = said(folder, "rev-list", "main")
    DAMAGE[kind](folder)
    assert repository.ready(project).folder == folder
    assert said(folder, "rev-list", "main") == names
    assert said(folder, "fsck", "--full") == ""


def test_bits_that_a_disk_turned_over_are_found_within_a_day(project: Project, monkeypatch):
    folder = repository.ready(project).folder
    [pack] = folder.glob("objects/pack/*.pack")
    content = bytearray(pack.read_bytes())
    content[30] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(content)
    repository.ready(project)
    assert pack.read_bytes() == content
    monkeypatch.setattr(repository, "CHECK_SECONDS", 0)
    repository.ready(project)
    assert said(folder, "fsck", "--full") == ""


@pytest.mark.parametrize("kind", ["pack", "idx"])
def test_what_is_doubted_is_looked_through_and_made_again_only_if_it_is_damaged(project: Project, kind: str):
    folder = repository.ready(project).folder
    (folder / "same").touch()
    repository.doubt(project)
    repository.ready(project)
    assert (folder / "same").exists()
    assert not (folder / repository.DOUBTED).exists()
    [path] = folder.glob(f"objects/pack/*.{kind}")
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    repository.doubt(project)
    repository.ready(project)
    assert not (folder / "same").exists()
    assert said(folder, "fsck", "--full") == ""


def test_what_is_not_there_cannot_be_doubted(project: Project):
    repository.doubt(project)
    assert not repository.folder_of(project.pk).exists()


def test_on_another_host_the_names_are_the_same(project: Project, tmp_path: Path, settings):
    here = said(repository.ready(project).folder, "rev-list", "main")
    settings.DJINN_HOME = tmp_path
    assert said(repository.ready(project).folder, "rev-list", "main") == here


def test_a_content_that_changed_in_the_database_is_not_given_out(people: People, project: Project):
    Blob.objects.filter(size=2).update(content=Blob.objects.values_list("content", flat=True)[0], size=2)
    with pytest.raises((errors.Corrupt, errors.GitFailed)):
        repository.ready(project)


def test_a_version_that_is_no_longer_its_name_is_not_given_out(people: People, project: Project):
    repository.ready(project)
    Version.objects.filter(number=2).update(message="another")
    repository.forget(project.pk)
    with pytest.raises(errors.Corrupt, match="Version 2 is no longer"):
        repository.ready(project)


def test_a_commit_pushed_before_its_version_was_named_gets_a_mark_of_its_own(people: People, project: Project):
    """Whoever guesses what a version will be called and pushes it first must not make it nameless."""
    repository.ready(project)
    files.save(people.main, "a.txt", b"new\n", by=people.owner)
    mine = Version.objects.get(number=4)
    parent = Version.objects.get(number=3)
    tree = objects.write_tree({"a.txt": objects.Item(Blob.objects.get(size=4).git_oid)})[0]
    raw = objects.write_commit(
        tree=tree, parents=[str(parent.commit_oid)], author_line=mine.author_line, at=mine.created_at,
        mark="4", message=mine.message,
    )  # fmt: skip
    stolen = writing.add_version(
        project, versions.tree(mine), parents=[parent.pk], author_kind=AuthorKind.USER, author_line="E <e@x>",
        message="m", commit_oid=objects.name("commit", raw), raw_commit=raw,
    )  # fmt: skip
    folder = repository.ready(project).folder
    mine.refresh_from_db()
    assert mine.commit_oid not in {None, stolen.commit_oid}
    repository.forget(project.pk)
    assert head(repository.ready(project).folder) == mine.commit_oid
    assert "djinn-version 4.1" in said(folder, "cat-file", "commit", str(mine.commit_oid))


HOSTILE = [
    "",
    "no address",
    "A\nB <a@x>",
    "<<>>",
    " <> ",
    "A <a@x> 1 +0000\nparent x",
    "\0 <\0>",
    "é \u202e <ü@x>",
    ".",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_authors_and_messages_make_whole_commits(people: People, project: Project, line: str):
    raw = objects.write_commit(
        tree=objects.write_tree({})[0],
        parents=[],
        author_line=line,
        at=timezone.now(),
        mark="1",
        message=f"\n{line}\0\n\n",
    )
    folder = repository.ready(project).folder
    oid = program.run("hash-object", "-t", "commit", "-w", "--stdin", folder=folder, seconds=20, feed=[raw])
    assert oid.decode().strip() == objects.name("commit", raw)
    assert objects.read_commit(raw).parents == ()


def test_what_nobody_asked_for_in_a_month_is_thrown_away(people: People, project: Project):
    folder = repository.ready(project).folder
    then = time.time() - (repository.UNUSED_DAYS + 1) * 24 * 3600
    os.utime(folder / repository.NOTE, (then, then))
    other = projects.create(name="Other", by=people.owner)
    with locking.alone(folder.with_suffix(".lock"), patience=0):
        repository.ready(other)
        assert folder.exists()  # somebody holds it
    repository.forget(other.pk)
    repository.ready(other)
    assert not folder.exists()


def test_who_waits_too_long_is_told_so(tmp_path: Path):
    with (
        locking.alone(tmp_path / "lock", patience=0),
        pytest.raises(errors.Busy),
        locking.alone(tmp_path / "lock", patience=0.05),
    ):
        pass


def test_a_process_killed_while_it_fills_leaves_nothing_broken(project: Project):
    """Killed at each moment git's own writing passes through: nothing, half a pack, a pack without an index."""
    folder = repository.ready(project).folder
    names = said(folder, "rev-list", "main")
    repository.forget(project.pk)
    for begun in range(3):
        folder.mkdir(parents=True, exist_ok=True)
        repository._begin(folder)
        process = program.start("index-pack", "--stdin", folder=folder, stdin=subprocess.PIPE)
        assert process.stdin
        process.stdin.write((b"PACK\0\0\0\2\0\0\0\x09" + b"\xb5" * 50)[: begun * 20])
        process.stdin.flush()
        os.kill(process.pid, signal.SIGKILL)
        program.kill(process)
        assert said(repository.ready(project).folder, "rev-list", "main") == names
        repository.forget(project.pk)
