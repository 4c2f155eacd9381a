from functools import partial

import pytest

from projects import errors
from projects.models import ChangeSet, Event, Version
from projects.services import files
from tests import people as people_of_tests
from tests.people import People
from tests.threads import together


def test_a_save_is_a_version_of_its_own(people: People):
    version = files.save(people.main, "src/a.txt", b"hello\n", by=people.editor)
    assert (version.number, version.message, version.author_kind) == (1, "Edit src/a.txt", "user")
    assert version.author_line == "Editor <editor@example.org>"
    assert files.read(files.manifest(people.main), "src/a.txt") == b"hello\n"


def test_a_save_keeps_the_executable_bit(people: People):
    files.save(people.main, "run.sh", b"1", by=people.editor, executable=True)
    files.save(people.main, "run.sh", b"2", by=people.editor)
    assert files.manifest(people.main)["run.sh"].executable
    files.save(people.main, "run.sh", b"2", by=people.editor, executable=False)
    assert not files.manifest(people.main)["run.sh"].executable


def test_a_refused_save_leaves_no_trace(people: People):
    with pytest.raises(errors.BadPath):
        files.save(people.main, "../x", b"1", by=people.editor)
    assert not ChangeSet.objects.exists()
    assert not Event.objects.exists()
    people.project.refresh_from_db()
    assert people.project.last_seq == 0


def test_a_delete_takes_the_file_away(people: People):
    files.save(people.main, "a.txt", b"1", by=people.editor)
    version = files.delete(people.main, "a.txt", by=people.editor)
    assert (version.number, files.manifest(people.main)) == (2, {})
    with pytest.raises(errors.MissingFile):
        files.delete(people.main, "a.txt", by=people.editor)
    assert Version.objects.count() == 2


def test_reading_a_missing_file_is_refused(people: People):
    with pytest.raises(errors.MissingFile):
        files.read({}, "a.txt")


def test_all_files_come_in_order(people: People):
    files.save(people.main, "b.sh", b"same", by=people.editor, executable=True)
    files.save(people.main, "a.txt", b"same", by=people.editor)
    assert list(files.read_all(files.manifest(people.main))) == [("a.txt", b"same", False), ("b.sh", b"same", True)]


@pytest.mark.parametrize(("content", "text"), [(b"a\n", "a\n"), (b"", ""), (b"\0", None), (b"\xff\xfe", None)])
def test_only_text_is_shown_as_text(content: bytes, text: str | None):
    assert files.text_of(content) == text


@pytest.mark.parametrize(("text", "count"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), (None, 0)])
def test_lines_are_counted(text: str | None, count: int):
    assert files.count_lines(text) == count


# --- what the writer saw -----------------------------------------------------------------------


def sha(people: People, path: str) -> str:
    return files.manifest(people.main)[path].sha256


def test_who_saw_the_file_as_it_is_may_write_it(people: People):
    files.save(people.main, "a.txt", b"1", by=people.editor, expected="")
    version = files.save(people.main, "a.txt", b"2", by=people.editor, expected=sha(people, "a.txt"))
    assert (version.number, version.message) == (2, "Edit a.txt")


@pytest.mark.parametrize("content", [b"1", b"new"])
def test_who_saw_something_else_is_told_what_it_is_now(people: People, content: bytes):
    files.save(people.main, "a.txt", b"1", by=people.editor)
    for expected, sentence in (("0" * 64, "has changed"), ("", "already")):
        with pytest.raises(errors.Stale, match=sentence) as refused:
            files.save(people.main, "a.txt", content, by=people.editor, expected=expected)
        assert refused.value.current == sha(people, "a.txt")
    with pytest.raises(errors.Stale, match="is gone"):
        files.save(people.main, "b.txt", b"2", by=people.editor, expected="0" * 64)
    assert (Version.objects.count(), ChangeSet.objects.count()) == (1, 1)


def test_saving_what_is_there_makes_no_version(people: People):
    first = files.save(people.main, "a.txt", b"1", by=people.editor)
    assert files.save(people.main, "a.txt", b"1", by=people.editor, expected=sha(people, "a.txt")) == first
    assert Version.objects.count() == 1


@pytest.mark.parametrize("content", [b"a\r\nb\n", b"\xef\xbb\xbfa\r\n", b"a\rb", b"no end", b"\n\n", b"\xff\xfea\0"])
def test_every_byte_is_kept(people: People, content: bytes):
    files.save(people.main, "a.txt", content, by=people.editor, expected="")
    assert files.read(files.manifest(people.main), "a.txt") == content


def test_two_writers_who_saw_the_same_do_not_both_win(transactional_db: None):
    people = people_of_tests.gather()
    files.save(people.main, "a.txt", b"0", by=people.owner)
    seen, outcomes = sha(people, "a.txt"), list[str]()

    def write(number: int) -> None:
        try:
            files.save(people.main, "a.txt", str(number).encode(), by=people.owner, expected=seen)
            outcomes.append("written")
        except errors.Stale:
            outcomes.append("stale")

    together(*(partial(write, number) for number in range(1, 7)))
    assert sorted(outcomes) == ["stale"] * 5 + ["written"]
    assert list(Version.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


# --- folders, moves ----------------------------------------------------------------------------


@pytest.fixture
def grown(people: People) -> People:
    contents = {"src/a.txt": b"a", "src/deep/b.sh": b"b", "srcs.txt": b"c", "top.txt": b"d"}
    changes = [(path, files.Content(content, path.endswith(".sh"))) for path, content in contents.items()]
    files.save_all(people.main, changes, by=people.owner, message="Begin")
    return people


def tree(people: People) -> dict[str, bytes]:
    return {file.path: file.content for file in files.read_all(files.manifest(people.main))}


def test_many_files_are_one_version(grown: People):
    assert Version.objects.count() == 1
    assert len(tree(grown)) == 4


def test_a_file_is_moved_with_its_bit(grown: People):
    version = files.move(grown.main, "src/deep/b.sh", "bin/run", by=grown.editor, expected=sha(grown, "src/deep/b.sh"))
    assert (version.number, version.message) == (2, "Move src/deep/b.sh to bin/run")
    assert sorted(tree(grown)) == ["bin/run", "src/a.txt", "srcs.txt", "top.txt"]
    assert files.manifest(grown.main)["bin/run"].executable


def test_a_folder_is_moved_whole(grown: People):
    files.move(grown.main, "src", "lib/x", by=grown.editor, expected=files.state_of(files.manifest(grown.main), "src"))
    assert sorted(tree(grown)) == ["lib/x/a.txt", "lib/x/deep/b.sh", "srcs.txt", "top.txt"]


@pytest.mark.parametrize(
    ("path", "target"), [("top.txt", "Top.txt"), ("src", "SRC"), ("src/deep", "deep"), ("top.txt", "src/top.txt")]
)
def test_a_move_may_change_the_case_or_the_folder(grown: People, path: str, target: str):
    files.move(grown.main, path, target, by=grown.editor)
    assert any(other == target or other.startswith(f"{target}/") for other in tree(grown))
    assert len(tree(grown)) == 4


@pytest.mark.parametrize(
    ("path", "target", "error"),
    [
        ("top.txt", "srcs.txt", errors.Stale),
        ("top.txt", "src", errors.BadPath),
        ("src", "top.txt", errors.Stale),
        ("src", "src/deep/more", errors.BadPath),
        ("src/deep", "src", errors.BadPath),
        ("top.txt", "SRC/x", errors.BadPath),
        ("top.txt", "src/a.txt/x", errors.BadPath),
        ("top.txt", "../x", errors.BadPath),
        ("none", "x", errors.MissingFile),
        ("sr", "x", errors.MissingFile),
        ("", "x", errors.MissingFile),
    ],
)
def test_a_move_replaces_nothing(grown: People, path: str, target: str, error: type[Exception]):
    before = tree(grown)
    with pytest.raises(error):
        files.move(grown.main, path, target, by=grown.editor)
    assert (tree(grown), Version.objects.count()) == (before, 1)


def test_a_folder_is_deleted_as_it_was_seen(grown: People):
    seen = files.state_of(files.manifest(grown.main), "src")
    files.save(grown.main, "src/new.txt", b"new", by=grown.owner)
    with pytest.raises(errors.Stale):
        files.delete(grown.main, "src", by=grown.editor, expected=seen)
    files.delete(grown.main, "src", by=grown.editor, expected=files.state_of(files.manifest(grown.main), "src"))
    assert sorted(tree(grown)) == ["srcs.txt", "top.txt"]


def test_an_empty_folder_has_a_placeholder(grown: People):
    files.make_folder(grown.main, "notes/old", by=grown.editor)
    assert tree(grown)["notes/old/.gitkeep"] == b""
    for path in ("notes", "notes/old", "top.txt", "TOP.txt", "a//b", ".git", "x/../y"):
        with pytest.raises(errors.BadPath):
            files.make_folder(grown.main, path, by=grown.editor)


def test_a_branch_that_is_not_there_is_refused(people: People):
    assert files.branch_of(people.project) == people.main
    with pytest.raises(errors.Missing):
        files.branch_of(people.project, "other")
