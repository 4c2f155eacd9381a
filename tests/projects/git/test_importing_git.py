"""A project out as a bundle and in again as another, with git in between."""

import functools
import io
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from projects import errors
from projects.git.addresses import Address
from projects.git.network import Visit
from projects.imports import bundle as bundles
from projects.imports import clone
from projects.models import Branch, Event, Project, Version
from projects.services import branches, exporting, files, importing_git, projects, versions
from tests import comparisons
from tests.people import People
from tests.projects.git.served import Clone

pytestmark = pytest.mark.django_db


def out(project: Project) -> bytes:
    return b"".join(exporting.bundle_of(project).pieces)


def into_new(people: People, content: bytes) -> tuple[Project, importing_git.Imported]:
    project = projects.create(name="Copy", by=people.owner)
    with importing_git.unbundled(io.BytesIO(content)) as history:
        return project, importing_git.bring_in(project, history, by=people.owner, said="Imported x.bundle")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Clone:
    """A repository that was never here."""
    clone = Clone(tmp_path / "elsewhere")
    clone.folder.mkdir()
    clone.git("init", "-q", "-b", "trunk")
    return clone


def bundled(clone: Clone, *which: str) -> bytes:
    clone.git("bundle", "create", "-q", "../x.bundle", *(which or ("--all",)))
    return (clone.folder.parent / "x.bundle").read_bytes()


def test_what_goes_out_comes_in_as_it_was(people: People):
    for n in range(3):
        files.save(people.main, "a.txt", b"%d\n" % n, by=people.editor)
    side = branches.create(people.project, "idea/x", by=people.owner, at=versions.find(people.project, 2))
    files.save(side, "run.sh", b"#!/bin/sh\n", by=people.viewer, executable=True)
    project, imported = into_new(people, out(people.project))
    assert imported == importing_git.Imported(branches=2, versions=4, left_out=())

    def told(of: Project) -> dict[str, tuple[str, str, str]]:
        rows = Version.objects.filter(project=of)
        return {str(v.commit_oid): (v.tree_hash, v.author_line, v.message) for v in rows}

    assert told(project) == told(people.project)
    heads = {branch.name: branch.head.commit_oid for branch in project.branches.select_related("head") if branch.head}
    assert heads == {b.name: b.head.commit_oid for b in Branch.objects.filter(project=people.project) if b.head}
    assert [file.path for file in project.files.all()] == ["a.txt"]
    [event] = Event.objects.filter(project=project, kind="project_imported")
    assert event.payload == {
        "source": "bundle", "said": "Imported x.bundle", "versions": 4, "files": 1, "left_out": {},
    }  # fmt: skip


def test_the_same_project_gives_the_same_bundle(people: People):
    files.save(people.main, "a.txt", b"one\n", by=people.editor)
    assert out(people.project) == out(people.project)


def test_git_clones_from_it(people: People, tmp_path: Path):
    files.save(people.main, "a.txt", b"one\n", by=people.editor)
    (tmp_path / "x.bundle").write_bytes(out(people.project))
    subprocess.run(["git", "clone", "-q", "x.bundle", "there"], cwd=tmp_path, check=True)
    assert (tmp_path / "there" / "a.txt").read_bytes() == b"one\n"


def test_without_versions_there_is_no_bundle(people: People):
    with pytest.raises(errors.Empty):
        out(people.project)


def test_what_is_checked_out_there_is_main_here(people: People, elsewhere: Clone):
    elsewhere.commit(a_txt="a")
    elsewhere.git("branch", "other")
    elsewhere.commit(a_txt="b")
    project, imported = into_new(people, bundled(elsewhere, "HEAD", "--all"))
    assert imported.branches == 2
    assert {branch.name for branch in project.branches.all()} == {"main", "other"}


def test_tags_are_left_where_they_are_and_odd_branches_are_named(people: People, elsewhere: Clone):
    elsewhere.commit(a_txt="a")
    elsewhere.git("tag", "-a", "-m", "v", "v1")
    (elsewhere.folder / ".git" / "refs" / "heads" / "-dash").write_text(f"{elsewhere.head()}\n")
    project, imported = into_new(people, bundled(elsewhere, "--all"))
    assert (imported.branches, imported.left_out) == (1, ("-dash",))
    assert project.branches.count() == 1


def test_a_bare_repository_on_disk_comes_in(people: People, elsewhere: Clone, tmp_path: Path):
    head = elsewhere.commit("First", a_txt="a")
    elsewhere.git("clone", "-q", "--bare", "--no-local", ".", str(tmp_path / "bare.git"))
    history = importing_git.read(tmp_path / "bare.git")
    importing_git.bring_in(people.project, history, by=people.owner, said="From there", source="url")
    version = Version.objects.get()
    assert (version.commit_oid, version.message, version.author_line) == (head, "First", "Ada <ada@example.org>")
    with pytest.raises(errors.Closed):
        importing_git.bring_in(people.project, history, by=people.owner, said="Again")


def test_no_line_is_counted_while_others_wait(people: People, elsewhere: Clone, monkeypatch: pytest.MonkeyPatch):
    elsewhere.commit(a_txt="a\nb\n")
    elsewhere.commit(a_txt="a\nc\n")
    with comparisons.counted(monkeypatch) as counts:
        into_new(people, bundled(elsewhere))
    assert counts == {"free": 1, "held": 0}
    told = Event.objects.get(kind="branch_moved").payload
    assert (told["count"], told["added"], told["removed"]) == (1, 2, 0)


def test_what_no_project_can_have_is_refused_with_a_list(people: People, elsewhere: Clone):
    elsewhere.commit(a_txt="a")
    (elsewhere.folder / "link").symlink_to("/etc/passwd")
    (elsewhere.folder / "link2").symlink_to("a.txt")
    elsewhere.commit("Links")
    with pytest.raises(errors.BadHistory) as refused:
        into_new(people, bundled(elsewhere))
    assert sorted(fault.path for fault in refused.value.faults) == ["link", "link2"]
    assert not Version.objects.exists()


def test_a_bundle_that_builds_on_others_is_refused(people: People, elsewhere: Clone):
    elsewhere.commit(a_txt="a")
    elsewhere.commit(a_txt="b")
    with pytest.raises(errors.BadHistory, match="builds on commits"):
        into_new(people, bundled(elsewhere, "HEAD~1..HEAD", "trunk"))


BROKEN = {
    "nothing": b"",
    "a zip": b"PK\x03\x04" + b"\0" * 100,
    "no refs": b"# v2 git bundle\n\nPACK",
    "endless line": b"# v2 git bundle\n" + b"a" * 5000,
    "no end": b"# v2 git bundle\n" + b"a" * 40 + b" refs/heads/main\n",
    "filtered": b"# v3 git bundle\n@filter=blob:none\n\n",
    "other hashes": b"# v3 git bundle\n@object-format=sha256\n\n",
    "many refs": b"# v2 git bundle\n" + b"".join(b"%040x refs/heads/b%d\n" % (n, n) for n in range(6000)) + b"\n",
    "no pack": b"# v2 git bundle\n" + b"a" * 40 + b" refs/heads/main\n\nhello",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_bundle_is_refused(people: People, kind: str):
    with pytest.raises(errors.BadHistory):
        into_new(people, BROKEN[kind])
    assert not Version.objects.exists()


def test_a_bundle_larger_than_may_be_is_refused(people: People, elsewhere: Clone, monkeypatch):
    elsewhere.commit(a_txt="a" * 100)
    content = bundled(elsewhere)
    monkeypatch.setattr(bundles, "MOST_BYTES", 50)
    with pytest.raises(errors.BadHistory):
        into_new(people, content)


@pytest.mark.parametrize("odd", ["odd\u2028name", "odd\x85name"])
def test_a_branch_with_an_odd_name_is_left_out_and_the_others_come(
    people: People, elsewhere: Clone, tmp_path: Path, odd: str
):
    tip = elsewhere.commit(a__txt="1")
    elsewhere.git("branch", odd)
    elsewhere.git("clone", "-q", "--bare", "--no-local", ".", str(tmp_path / "bare.git"))
    history = importing_git.read(tmp_path / "bare.git")
    assert (history.heads, history.left_out) == ({"main": tip}, (odd,))


# --- from another server ------------------------------------------------------------------------
def fetched(url: str, folder: Path) -> Path:
    clone.clone(folder / "fetched.git", Visit(Address(url), lambda: False))
    return folder / "fetched.git"


@pytest.fixture
def plain(tmp_path: Path, settings) -> Iterator[str]:
    """The address of a repository that lies about as files, without a git that would answer."""
    settings.GIT_EXTRA_CIDRS = ["127.0.0.0/8"]
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/elsewhere/.git"
        server.shutdown()


def test_objects_that_come_one_by_one_are_refused_and_as_a_pack_they_are_taken(
    elsewhere: Clone, plain: str, tmp_path: Path
):
    """Sizes and names are checked in packs; what comes as files would be checked by nobody."""
    tip = elsewhere.commit(a__txt="1")
    elsewhere.git("update-server-info")
    with pytest.raises(errors.BadHistory, match="came one by one"):
        importing_git.read(fetched(plain, tmp_path))
    shutil.rmtree(tmp_path / "fetched.git")
    elsewhere.git("repack", "-adq")
    elsewhere.git("update-server-info")
    assert importing_git.read(fetched(plain, tmp_path)).heads == {"main": tip}
