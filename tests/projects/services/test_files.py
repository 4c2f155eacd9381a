import pytest

from projects import errors
from projects.models import ChangeSet, Event, Version
from projects.services import files
from tests.people import People


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
