from collections.abc import Mapping

import pytest
from pytest_django import DjangoAssertNumQueries

from projects.services import comparing
from projects.services.comparing import Comparison
from projects.store import blobs
from projects.store.trees import Entry, Manifest

pytestmark = pytest.mark.django_db
LONG = "".join(f"line {number}\n" for number in range(40))


def tree(files: Mapping[str, str | bytes], *executable: str) -> Manifest:
    kept = {
        path: blobs.put(content.encode() if isinstance(content, str) else content) for path, content in files.items()
    }
    return {path: Entry(blob.sha256, blob.size, path in executable) for path, blob in kept.items()}


def said(comparison: Comparison) -> list[tuple[str, str, int, int]]:
    return [(file.status, file.path, file.added, file.removed) for file in comparison.files]


def test_files_come_go_change_and_move():
    before = tree({"a": "1\n", "b": "1\n2\n", "c": "x\n", "old/long.txt": LONG, "same": "s"})
    after = tree({"a": "1\n2\n", "b": "1\n2\n", "d": "y\n", "new/long.txt": f"{LONG}more\n", "same": "s"}, "b")
    comparison = comparing.compare(before, after)
    assert said(comparison) == [
        ("changed", "a", 1, 0),
        ("changed", "b", 0, 0),
        ("deleted", "c", 0, 1),
        ("added", "d", 1, 0),
        ("renamed", "new/long.txt", 1, 0),
    ]
    moved = comparison.files[-1]
    assert (moved.old_path, moved.similarity) == ("old/long.txt", 98)
    assert comparison.files[1].has_new_mode
    assert not moved.has_new_mode
    assert (comparison.added, comparison.removed) == (3, 1)


def test_equal_trees_have_nothing_between_them():
    assert comparing.compare(tree({"a": "1"}), tree({"a": "1"})) == Comparison((), 0, 0)


def test_the_lines_are_shown_with_their_neighbours():
    [file] = comparing.compare(tree({"a": LONG}), tree({"a": LONG.replace("line 20\n", "twenty\n")})).files
    shown = comparing.show(file)
    assert [line.sign for line in shown.hunks[0].lines] == [" ", " ", " ", "-", "+", " ", " ", " "]
    assert not shown.is_cut


def test_what_only_moved_has_no_lines_to_show():
    [file] = comparing.compare(tree({"a": LONG}), tree({"b": LONG})).files
    assert (file.status, file.similarity, comparing.show(file).hunks) == ("renamed", 100, ())


def test_what_is_no_text_has_no_lines():
    comparison = comparing.compare(tree({"a": b"\0\1", "b": "text"}), tree({"a": b"\0\2", "b": b"\xff"}))
    assert [(file.is_binary, file.added) for file in comparison.files] == [(True, 0), (True, 0)]
    assert [(one.file.is_binary, one.hunks) for one in comparing.shown(comparison.files)] == [(True, ()), (True, ())]


def test_a_long_file_is_named_and_not_read():
    huge = "x\n" * comparing.MOST_FILE
    [file] = comparing.compare(tree({}), tree({"a": huge})).files
    assert (file.status, file.is_long, file.added) == ("added", True, 0)
    assert comparing.show(file).hunks == ()


def test_past_so_many_bytes_files_are_only_named():
    part = "x" * 90 + "\n"
    files = {f"{number:02}": f"{number}\n" + part * 11_000 for number in range(12)}
    comparison = comparing.compare(tree({}), tree(files))
    assert [file.is_long for file in comparison.files] == [False] * 8 + [True] * 4
    assert comparing.show(comparison.files[-1]).hunks


def test_a_long_diff_is_cut():
    [file] = comparing.compare(tree({}), tree({"a": "x\n" * 5000})).files
    shown = comparing.show(file)
    assert (len(shown.hunks[0].lines), shown.is_cut, file.added) == (comparing.MOST_LINES, True, 5000)


def test_a_thousand_files_take_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries):
    after = tree({f"{number}": f"{number}\n" for number in range(1000)})
    with django_assert_max_num_queries(45):
        assert comparing.compare({}, after).added == 1000
