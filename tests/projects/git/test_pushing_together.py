"""Pushes beside pushes, edits, fetches and clients that vanish."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from projects.exports import upload
from projects.git import filling, naming, program, repository
from projects.models import Branch, Event, ProjectFile, Version
from projects.services import files, tokens, versions
from projects.store import trees
from tests import comparisons, threads
from tests.installations.waiting import wait_for
from tests.people import People
from tests.projects.git.conftest import Cloned

pytestmark = [pytest.mark.django_db(transaction=True)]


def is_whole(people: People) -> None:
    """Numbers without gaps, one head, rows that are its tree, events without gaps."""
    numbers = list(Version.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    head = Branch.objects.select_related("head").get(name="main").head
    rows = {f.path: trees.Entry(f.blob_id, f.size, f.executable) for f in ProjectFile.objects.all()}
    assert rows == versions.tree(head)
    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_of_two_pushes_at_once_one_is_told_to_fetch_first(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clones = [cloned(), cloned()]
    for number, clone in enumerate(clones):
        clone.commit(f"From {number}", **{f"f{number}_txt": "x"})
    said: dict[int, tuple[int, str]] = {}

    def push(number: int) -> None:
        done = clones[number].push(code=None)
        said[number] = (done.code, done.err)

    threads.together(lambda: push(0), lambda: push(1))
    codes = sorted(code for code, _ in said.values())
    assert codes == [0, 1]
    [words] = [words for code, words in said.values() if code]
    assert "fetch first" in words
    loser = clones[next(number for number, (code, _) in said.items() if code)]
    loser.git("pull", "-q", "--rebase")
    loser.push()
    assert set(files.manifest(people.main)) == {"a.txt", "f0.txt", "f1.txt"}
    is_whole(people)


def test_no_line_of_a_push_is_counted_while_others_wait(
    people: People, cloned: Cloned, monkeypatch: pytest.MonkeyPatch
):
    """Neither of one that goes on from a branch, nor of a new branch that parts from one."""
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    with comparisons.counted(monkeypatch) as counts:
        clone.commit("On", a_txt="one\ntwo\n")
        clone.push()
        clone.git("checkout", "-q", "-b", "idea")
        clone.commit("Aside", a_txt="one\n2\nthree\n")
        clone.push("idea")
    assert counts == {"free": 2, "held": 0}
    told = Event.objects.filter(kind="branch_moved").order_by("seq").values_list("payload", flat=True)
    assert [(one["branch"], one["added"], one["removed"]) for one in told] == [("main", 1, 0), ("idea", 2, 1)]


def test_pushes_while_somebody_edits_lose_nothing(people: People, cloned: Cloned):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()

    def edit() -> None:
        for n in range(12):
            files.save(people.main, f"edited/{n}.txt", b"x", by=people.owner)

    def push() -> None:
        for n in range(3):
            clone.commit(f"Push {n}", **{f"pushed{n}_txt": "y"})
            while clone.push(code=None).code:
                clone.git("pull", "-q", "--rebase")

    threads.together(edit, push)
    expected = {"a.txt", *(f"edited/{n}.txt" for n in range(12)), *(f"pushed{n}.txt" for n in range(3))}
    assert set(files.manifest(people.main)) == expected
    is_whole(people)


def test_many_ask_for_a_repository_while_it_grows(people: People, transactional_db: None):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)

    def edit() -> None:
        for n in range(10):
            files.save(people.main, "a.txt", b"%d" % n, by=people.owner)

    def ask() -> None:
        for _ in range(5):
            repository.ready(people.project)

    threads.together(edit, ask, ask, ask)
    repository.ready(people.project)
    assert not Version.objects.filter(commit_oid=None).exists()


def test_a_push_is_on_the_page_within_a_second(people: People, cloned: Cloned):
    """The event is committed before the pusher has the answer, and pages are told on commit."""
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    clone.commit(b_txt="b")
    begun = time.monotonic()
    pusher = threading.Thread(target=clone.push)
    pusher.start()
    wait_for(lambda: Event.objects.filter(kind="branch_moved").exists(), seconds=10, what="the event")
    taken = time.monotonic() - begun
    pusher.join()
    assert taken < 5  # by itself well under one; this machine may be busy


def fetching() -> int:
    """How many answers of upload-pack are under way in this process."""
    return upload.AT_ONCE - upload._places._value


def test_a_client_that_hangs_up_leaves_no_process(people: People, site: str, cloned: Cloned):
    files.save(people.main, "a.bin", bytes(range(256)) * 8000, by=people.owner)
    secret = tokens.create(user=people.owner, name="git", scopes=["read"])[1]
    oid = cloned().head()
    question = f"0032want {oid}\n00000009done\n".encode()
    there = urlsplit(site)
    with socket.create_connection((str(there.hostname), int(there.port or 0))) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.sendall(
            b"POST /git/owner/night-garden.git/git-upload-pack HTTP/1.1\r\nHost: localhost\r\n"
            + f"Authorization: Bearer {secret}\r\nContent-Length: {len(question)}\r\n\r\n".encode()
            + question
        )
        assert wire.recv(15) == b"HTTP/1.1 200 OK"
    wait_for(lambda: fetching() == 0 and not children(), seconds=15, what="git to end")


def children() -> list[str]:
    """Of this process: those that are git's upload-pack."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
            if b"upload-pack" in words and str(repository.root()).encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_when_many_fetch_the_next_is_told_to_come_again(people: People, cloned: Cloned, monkeypatch):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    clone = cloned()
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    monkeypatch.setattr(upload, "PATIENCE", 0.1)
    monkeypatch.setattr(upload, "_places", threading.BoundedSemaphore(1))
    with upload._places:
        assert "503" in clone.git("fetch", code=128).err
    clone.git("fetch", "-q")


def moved_meanwhile(monkeypatch: pytest.MonkeyPatch, move: Callable[[], object]) -> None:
    """Once, when everything that was new is in the repository and the refs are not written yet."""
    filled = filling.add

    def slow(*arguments: Any, **named: Any) -> str:
        monkeypatch.setattr(filling, "add", filled)
        last = filled(*arguments, **named)
        move()
        return last

    monkeypatch.setattr(filling, "add", slow)


def newest(people: People) -> str | None:
    return people.project.versions.order_by("-number").values_list("commit_oid", flat=True)[0]


def test_a_branch_that_moves_while_it_is_read_does_not_vanish(people: People, monkeypatch: pytest.MonkeyPatch):
    """The newest version is not in the repository yet: the branch is shown where it was when the reading began."""
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    repository.ready(people.project)
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    moved_meanwhile(monkeypatch, lambda: files.save(people.main, "a.txt", b"three\n", by=people.owner))
    meanwhile = repository.ready(people.project)
    assert meanwhile.refs == {"main": people.project.versions.get(number=2).commit_oid}
    assert newest(people) is None
    after = repository.ready(people.project).refs
    assert after == {"main": newest(people)}
    assert after != meanwhile.refs


def test_a_branch_that_moves_while_it_is_read_first_does_not_vanish(people: People, monkeypatch: pytest.MonkeyPatch):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    moved_meanwhile(monkeypatch, lambda: files.save(people.main, "a.txt", b"two\n", by=people.owner))
    assert repository.ready(people.project).refs == {"main": people.project.versions.get(number=1).commit_oid}


def test_a_push_that_lands_while_it_is_read_is_not_shown_before_it_is_there(
    people: People, monkeypatch: pytest.MonkeyPatch
):
    """A pushed version has its name at once, and its commit is not in the repository yet."""

    def push() -> None:
        files.save(people.main, "a.txt", b"two\n", by=people.editor)
        list(naming.versions(people.project, after=1, upto=2))

    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    moved_meanwhile(monkeypatch, push)
    ready = repository.ready(people.project)
    assert ready.refs == {"main": people.project.versions.get(number=1).commit_oid}
    told = program.run("for-each-ref", "--format=%(objectname) %(objecttype)", folder=ready.folder, seconds=20)
    assert told.decode().strip() == f"{ready.refs['main']} commit"
    assert repository.ready(people.project).refs == {"main": newest(people)}
