from collections.abc import Iterator

import pytest

from projects import errors
from projects.models import Version
from projects.services import files, uploads
from tests.people import People


def test_many_files_are_one_version_in_a_folder(people: People):
    version = uploads.put(people.main, [("a.txt", b"1"), ("b/c.bin", b"\0")], by=people.editor, folder="/docs/")
    assert (version.number, version.message) == (1, "Upload 2 files")
    assert list(files.manifest(people.main)) == ["docs/a.txt", "docs/b/c.bin"]


def test_letters_and_accents_that_come_apart_are_joined(people: People):
    uploads.put(people.main, [("e\u0301.txt", b"1")], by=people.editor)
    assert list(files.manifest(people.main)) == ["\u00e9.txt"]


def test_what_is_there_is_replaced_only_when_said(people: People):
    files.save(people.main, "run.sh", b"1", by=people.editor, executable=True)
    with pytest.raises(errors.Taken, match=r"run\.sh is there already"):
        uploads.put(people.main, [("run.sh", b"2"), ("new", b"")], by=people.editor)
    assert Version.objects.count() == 1
    uploads.put(people.main, [("run.sh", b"2")], by=people.editor, is_replacing=True)
    assert files.manifest(people.main)["run.sh"].executable


def test_what_became_executable_meanwhile_stays_so(people: People):
    files.save(people.main, "run.sh", b"1", by=people.editor)

    def slow() -> Iterator[tuple[str, bytes]]:
        files.save(people.main, "run.sh", b"1", by=people.owner, executable=True)
        yield "run.sh", b"2"

    uploads.put(people.main, slow(), by=people.editor, is_replacing=True)
    tree = files.manifest(people.main)
    assert (files.read(tree, "run.sh"), tree["run.sh"].executable) == (b"2", True)


@pytest.mark.parametrize("name", ["../x", "a\\b", ".git/config", "RUN.sh", "a\u202etxt.exe"])
def test_a_bad_name_leaves_no_trace(people: People, name: str):
    files.save(people.main, "run.sh", b"1", by=people.editor)
    with pytest.raises(errors.BadPath):
        uploads.put(people.main, [("fine.txt", b"1"), (name, b"2")], by=people.editor)
    assert list(files.manifest(people.main)) == ["run.sh"]


def test_nothing_is_no_upload(people: People):
    with pytest.raises(errors.Empty):
        uploads.put(people.main, [], by=people.editor)
