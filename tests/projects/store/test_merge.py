import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.store import merge
from projects.store.trees import Entry, Manifest

lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=10)
small_trees = st.dictionaries(
    st.sampled_from(["x", "y", "z"]), st.lists(st.sampled_from("ab"), max_size=4).map("\n".join)
)


class Shelf(dict[str, bytes]):
    """Contents by hash, as the blobs keep them."""

    def tree(self, files: dict[str, str]) -> Manifest:
        return {path: self.entry(text.encode()) for path, text in files.items()}

    def entry(self, content: bytes, *, executable: bool = False) -> Entry:
        sha256 = hashlib.sha256(content).hexdigest()
        self[sha256] = content
        return Entry(sha256, len(content), executable)

    def read(self, entry: Entry) -> bytes:
        return self[entry.sha256]


def test_edits_of_different_files_are_both_kept():
    shelf = Shelf()
    base = shelf.tree({"a": "1", "b": "1", "c": "1"})
    ours = shelf.tree({"a": "2", "b": "1", "c": "1", "new": "n"})
    theirs = shelf.tree({"a": "1", "c": "1", "other": "o"})
    assert merge.merge(base, ours, theirs, shelf.read) == (
        shelf.tree({"a": "2", "c": "1", "new": "n", "other": "o"}),
        {},
        (),
    )


def test_edits_of_different_lines_of_one_file_are_joined():
    shelf = Shelf()
    base, ours, theirs = (shelf.tree({"f": text}) for text in ("1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n"))
    result = merge.merge(base, ours, theirs, shelf.read)
    assert result.joined == {"f": (b"one\n2\nthree\n", False)}
    assert result.conflicts == ()


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ({"f": "1\n"}, {"f": "2\n"}, {"f": "3\n"}),
        ({"f": "1\n"}, {"f": "2\n"}, {}),
        ({"f": "1\n"}, {}, {"f": "3\n"}),
        ({}, {"f": "2\n"}, {"f": "3\n"}),
        ({"f": "1\n2\n"}, {"f": "x\n2\n"}, {"f": "1\ny\n"}),
        ({"f": "1\n"}, {"f": "1\n2\n"}, {"f": "1\n3\n"}),
        ({"f": "\0" + "1\n" * 9}, {"f": "x\0" + "1\n" * 9}, {"f": "\0" + "1\n" * 9 + "y"}),
    ],
    ids=["same line", "they deleted it", "we deleted it", "both added it", "neighbours", "same place", "not text"],
)
def test_what_cannot_be_joined_is_named(base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]):
    shelf = Shelf()
    result = merge.merge(shelf.tree(base), shelf.tree(ours), shelf.tree(theirs), shelf.read)
    assert result.conflicts == ("f",)
    assert "f" not in result.tree
    assert "f" not in result.joined


def test_the_executable_bit_is_joined_apart_from_the_text():
    shelf = Shelf()
    base, ours = shelf.entry(b"1"), shelf.entry(b"2")
    theirs = shelf.entry(b"1", executable=True)
    expected = {"f": shelf.entry(b"2", executable=True)}
    assert merge.merge({"f": base}, {"f": ours}, {"f": theirs}, shelf.read).tree == expected
    assert merge.merge({"f": base}, {"f": theirs}, {"f": ours}, shelf.read).tree == expected


@given(lines, lines)
def test_a_side_that_did_nothing_gives_way(base: list[str], changed: list[str]):
    assert merge.merge_lines(base, base, changed) == changed
    assert merge.merge_lines(base, changed, base) == changed
    assert merge.merge_lines(base, changed, changed) == changed


@given(lines, lines, lines)
def test_it_does_not_matter_which_side_is_which(base: list[str], ours: list[str], theirs: list[str]):
    assert merge.merge_lines(base, ours, theirs) == merge.merge_lines(base, theirs, ours)


@given(st.lists(lines, min_size=2, max_size=2), lines, lines)
def test_edits_apart_from_each_other_are_never_a_conflict(parts: list[list[str]], ours: list[str], theirs: list[str]):
    wall = [f"wall {number}\n" for number in range(3)]
    first, last = parts
    merged = merge.merge_lines(first + wall + last, ours + wall + last, first + wall + theirs)
    assert merged == ours + wall + theirs


@given(small_trees, small_trees, small_trees)
def test_every_path_is_decided_joined_or_named(base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]):
    shelf = Shelf()
    first, second, third = (shelf.tree(files) for files in (base, ours, theirs))
    result = merge.merge(first, second, third, shelf.read)
    decided = [set(result.tree), set(result.joined), set(result.conflicts)]
    assert sum(map(len, decided)) == len(set.union(*decided))
    untouched = {path for path in base if ours.get(path) == theirs.get(path) == base[path]}
    assert {path: result.tree[path] for path in untouched} == {path: first[path] for path in untouched}
    assert merge.merge(first, second, first, shelf.read).tree == second
