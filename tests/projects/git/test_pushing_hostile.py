"""Pushes of what no project can have, made by hand with git's own tools: refused in words, without a trace."""

import zlib
from collections.abc import Callable

import pytest

from projects.git import objects, quarantine
from projects.imports import history
from projects.models import Blob, Branch, Event, Version
from projects.services import files, writing
from tests.people import People
from tests.projects.git.conftest import Cloned
from tests.projects.git.served import Clone

pytestmark = [pytest.mark.django_db(transaction=True)]

FILE, FOLDER = "100644", "40000"


@pytest.fixture
def clone(people: People, cloned: Cloned) -> Clone:
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    return cloned()


def blob(clone: Clone, content: bytes = b"x") -> str:
    return clone.object("blob", content)


def nested(clone: Clone, depth: int) -> str:
    tree = clone.tree((FILE, b"f", blob(clone)))
    for _ in range(depth):
        tree = clone.tree((FOLDER, b"d", tree))
    return tree


def many(clone: Clone, one: str) -> str:
    return clone.tree(*((FILE, b"%05d" % n, one) for n in range(5001)))


def tree_bomb(clone: Clone) -> str:
    """Ten folders that are each ten times the next: ten thousand million files in eleven objects."""
    tree = clone.tree(*((FILE, b"f%d" % n, blob(clone)) for n in range(10)))
    for _ in range(9):
        tree = clone.tree(*((FOLDER, b"d%d" % n, tree) for n in range(10)))
    return tree


TREES: dict[str, tuple[Callable[[Clone], str], str]] = {
    "link": (lambda c: c.tree(("120000", b"l", blob(c, b"/etc/passwd"))), "l is a symbolic link"),
    "submodule": (lambda c: c.tree(("160000", b"m", c.head())), "m is a submodule"),
    "mode": (lambda c: c.tree(("100664", b"f", blob(c))), "f has the mode 100664"),
    "padded mode": (lambda c: c.tree(("040000", b"d", c.tree((FILE, b"f", blob(c))))), "d has the mode 040000"),
    "parent": (lambda c: c.tree((FOLDER, b"..", c.tree((FILE, b"f", blob(c))))), "leaves its folder"),
    "dot": (lambda c: c.tree((FILE, b".", blob(c))), "has an empty or a '.' part"),
    "git": (lambda c: c.tree((FOLDER, b".GIT", c.tree((FILE, b"config", blob(c))))), "belongs to git"),
    "hidden git": (lambda c: c.tree((FOLDER, b".g\xe2\x80\x8cit", c.tree((FILE, b"f", blob(c))))), "invisible"),
    "short git": (lambda c: c.tree((FOLDER, b"git~1", c.tree((FILE, b"f", blob(c))))), "belongs to git"),
    "stream": (lambda c: c.tree((FILE, b".git::$INDEX_ALLOCATION", blob(c))), "hasDotgit"),
    "slash": (lambda c: c.tree((FILE, b"a/b", blob(c))), "has a slash in its name"),
    "absolute": (lambda c: c.tree((FILE, b"/etc", blob(c))), "has a slash in its name"),
    "backslash": (lambda c: c.tree((FILE, b"a\\b", blob(c))), "contains a backslash"),
    "not text": (lambda c: c.tree((FILE, b"\xff\xfe", blob(c))), "contains a control or invisible character"),
    "control": (lambda c: c.tree((FILE, b"a\x1b[31m", blob(c))), "contains a control"),
    "twice": (lambda c: c.tree((FILE, b"f", blob(c)), (FILE, b"f", blob(c, b"y"))), "f is there twice"),
    "both": (lambda c: c.tree((FILE, b"f", blob(c)), (FOLDER, b"f", c.tree((FILE, b"g", blob(c))))), "is there twice"),
    "case": (lambda c: c.tree((FILE, b"F", blob(c)), (FILE, b"f", blob(c))), "only in case"),
    "order": (lambda c: c.tree((FILE, b"b", blob(c)), (FILE, b"a", blob(c))), "is not written as git writes it"),
    "empty folder": (lambda c: c.tree((FOLDER, b"d", c.tree())), "has an empty folder"),
    "deep": (lambda c: nested(c, 30), "is nested deeper than 20 folders"),
    "bomb": (tree_bomb, "A project has at most 5000 files"),
    "many": (lambda c: many(c, blob(c)), "at most 5000 files"),
    "large": (lambda c: c.tree((FILE, b"f", blob(c, b"\0" * (5 * 1024**2 + 1)))), "f is larger than 5 MB"),
    "long": (lambda c: c.tree((FILE, b"n" * 241, blob(c))), "is longer than 240 bytes"),
}


def test_a_tree_that_no_project_can_have_is_refused(clone: Clone):
    """One after the other, as each leaves everything as it was."""
    wrong = []
    for kind, (make, says) in TREES.items():
        refused = push_of(clone, clone.commit_of(make(clone), clone.head()))
        wrong += [] if says in refused else [f"{kind}: {refused}"]
    assert wrong == []
    nothing_happened()


def test_folders_around_many_files_again_and_again_are_refused(clone: Clone, monkeypatch: pytest.MonkeyPatch):
    """Ten files, held again for each of the folders around them: little to send and much to hold."""
    tree = clone.tree(*((FILE, b"f%d" % n, blob(clone)) for n in range(10)))
    for _ in range(9):
        tree = clone.tree((FOLDER, b"d", tree))
    commit = clone.commit_of(tree, clone.head())
    monkeypatch.setattr(history, "MOST_ENTRIES", 99)
    assert "too many folders of too many files" in push_of(clone, commit)
    nothing_happened()
    monkeypatch.setattr(history, "MOST_ENTRIES", 100)
    clone.push(f"{commit}:refs/heads/main")


def push_of(clone: Clone, commit: str, ref: str = "refs/heads/main") -> str:
    return " ".join(clone.push("--force", f"{commit}:{ref}", code=1).err.replace("remote: ", "").split())


def nothing_happened() -> None:
    assert Version.objects.count() == 1
    assert Blob.objects.count() == 1
    assert Branch.objects.get().head == Version.objects.get()
    assert not Event.objects.filter(kind__startswith="branch").exists()


def test_everything_that_is_wrong_is_listed(clone: Clone):
    link = blob(clone, b"elsewhere")
    tree = clone.tree(("120000", b"a", link), ("120000", b"b", link), ("160000", b"c", clone.head()))
    refused = push_of(clone, clone.commit_of(tree, clone.head()))
    for path in "abc":
        assert f"{path} is a s" in refused


AUTHOR, COMMITTER = b"author E <e> 1 +0000\n", b"committer E <e> 1 +0000\n\nx\n"
HEAD = b"tree %(tree)s\nparent %(head)s\n"
COMMITS = {
    "no author": HEAD + COMMITTER,
    "two trees": b"tree %(tree)s\n" + HEAD + AUTHOR + COMMITTER,
    "bad author": HEAD + b"author E <<e>> 1 +0000\n" + COMMITTER,
    "no date": HEAD + b"author E <e>\n" + COMMITTER,
    "one parent twice": HEAD + b"parent %(head)s\n" + AUTHOR + COMMITTER,
    "null in the head": HEAD + b"author E\0 <e> 1 +0000\n" + COMMITTER,
    "huge": HEAD + AUTHOR + COMMITTER + b"x" * 300_000,
}


def test_a_commit_that_git_would_not_write_is_refused(clone: Clone):
    named = {b"tree": clone.head("HEAD^{tree}").encode(), b"head": clone.head().encode()}
    for raw in COMMITS.values():
        push_of(clone, clone.object("commit", raw % named))
    nothing_happened()


ODD = {
    "latin": (b"encoding ISO-8859-1\n", b"Gr\xfc\xdfe\n", "Grüße"),
    "nonsense encoding": (b"encoding punycode\n", b"hello\n", "hello"),
    "no text": (b"", b"\xff\xfe\n", "\ufffd\ufffd"),
    "null": (b"", b"a\0b\n", "a\ufffdb"),
    "nothing": (b"", b"", ""),
    "signature": (b"gpgsig -----BEGIN\n line\n -----END\n", b"signed\n", "signed"),
    "headers of others": (b"HG:extra x\n", b"m\n", "m"),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_commit_that_is_only_odd_keeps_its_bytes(clone: Clone, kind: str):
    headers, message, shown = ODD[kind]
    who = ("Evé <e@x>".encode("latin-1" if kind == "latin" else "utf-8")) + b" 1767319445 +0545"
    lines = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n" % (
        clone.head("HEAD^{tree}").encode(), clone.head().encode(), who, who,
    )  # fmt: skip
    commit = clone.object("commit", lines + headers + b"\n" + message)
    pushed = clone.push(f"{commit}:main", code=None)
    if kind == "null":  # git itself warns of it
        assert pushed.code == 1
        return
    version = Version.objects.get(number=2)
    assert (version.commit_oid, version.message, version.author_line) == (commit, shown, "Evé <e@x>")
    assert clone.git("ls-remote", "origin", "main").out.split()[0] == commit


REFS = {
    "refs/tags/v1": "only branches are pushed here",
    "refs/notes/x": "only branches are pushed here",
    "refs/heads/main/sub": "none can be called",
    "refs/heads/HEAD": "cannot be called",
}


@pytest.mark.parametrize("ref", REFS)
def test_only_branches_with_fitting_names_are_taken(clone: Clone, ref: str):
    assert REFS[ref] in push_of(clone, clone.commit(b_txt="b"), ref)
    assert [branch.name for branch in Branch.objects.all()] == ["main"]
    assert Version.objects.count() == 1


def test_history_is_not_rewritten_even_by_force(people: People, clone: Clone):
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    files.save(people.main, "a.txt", b"three\n", by=people.owner)
    clone.commit(b_txt="b")
    assert "fetch first" in clone.push(code=1).err
    clone.git("fetch", "-q")
    refused = push_of(clone, clone.head())
    assert "not a fast-forward" in refused
    assert "not a fast-forward" in push_of(clone, clone.head("HEAD~1"))
    assert Version.objects.count() == 3


def test_main_is_not_deleted(people: People, clone: Clone):
    assert "'main' stays" in clone.push(":main", code=1).err
    assert Branch.objects.get().name == "main"


def test_a_history_of_its_own_is_no_branch_of_this_project(clone: Clone):
    commit = clone.commit_of(clone.head("HEAD^{tree}"))
    assert "nothing in common" in push_of(clone, commit, "refs/heads/other")
    nothing_happened()


def test_more_commits_than_are_taken_at_once_are_refused(clone: Clone, monkeypatch):
    monkeypatch.setattr(history, "MOST_COMMITS", 3)
    for n in range(4):
        clone.commit(a_txt=f"{n}\n")
    assert "more than 3 commits" in push_of(clone, clone.head())
    nothing_happened()
    clone.push("HEAD~1:main")
    clone.push()
    assert Version.objects.count() == 5


def test_a_pack_that_holds_too_much_is_refused_before_it_is_read(clone: Clone, monkeypatch):
    monkeypatch.setattr(quarantine, "MOST_UNPACKED", 4 * 1024**2)
    tree = clone.tree(*((FILE, b"%d" % n, blob(clone, b"%d" % n + b"\0" * 1024**2)) for n in range(5)))
    assert "more than 4 MB" in push_of(clone, clone.commit_of(tree, clone.head()))
    nothing_happened()


def test_a_bomb_runs_out_of_time_and_not_the_server(people: People, monkeypatch):
    """A gigabyte of nothing in a megabyte."""
    monkeypatch.setattr(quarantine, "SECONDS", 1)
    size = 4 * 1024**3
    head = bytes([0xB0 | size & 15]) + b"".join(
        bytes([size >> shift & 127 | (128 if size >> shift + 7 else 0)]) for shift in range(4, 34, 7)
    )
    head = bytes([head[0]]) + head[1:]
    packer = zlib.compressobj(1)
    body = b"PACK\0\0\0\2\0\0\0\1" + head + b"".join(packer.compress(b"\0" * 1024**2) for _ in range(256))
    with quarantine.opened() as folder, pytest.raises(objects.Malformed, match="could not unpack"):
        quarantine.take_in(folder, [body], most=32 * 1024**2)


def test_a_database_that_fails_leaves_nothing_half(clone: Clone, monkeypatch):
    """Between the versions and the head."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(writing, "fast_forward", fail)
    clone.commit(b_txt="b")
    assert "500" in clone.push(code=1).err
    assert Version.objects.count() == 1
    monkeypatch.undo()
    clone.push()
    assert Version.objects.count() == 2
