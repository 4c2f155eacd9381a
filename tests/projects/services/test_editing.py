"""The pages' tests try the rest: tests/projects/views/test_file_acts.py."""

from projects.services import editing, files
from tests.people import People


def test_a_text_comes_as_a_form_can_hold_it(people: People):
    files.save(people.main, "a.txt", b"\xef\xbb\xbfa\r\nb\rc\n", by=people.owner)
    files.save(people.main, "b.bin", b"\0", by=people.owner)
    tree = files.manifest(people.main)
    assert editing.text_at(tree, "a.txt") == "a\nb\nc\n"
    assert editing.text_at(tree, "b.bin") is None


def test_what_was_not_edited_makes_no_version(people: People):
    first = files.save(people.main, "a.txt", b"\xef\xbb\xbfa\r\nb\rc\n", by=people.owner)
    tree = files.manifest(people.main)
    assert editing.save(people.main, "a.txt", "a\nb\nc\n", seen=tree["a.txt"].sha256, by=people.owner) == first
