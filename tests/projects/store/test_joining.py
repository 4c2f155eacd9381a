import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.store import histogram, joining, merge, myers
from projects.store.diffs import Search
from projects.store.joining import Outcome, Region
from tests.projects.store import threeways
from tests.projects.store.git import Git

lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\r\n"]), max_size=10)
texts = st.builds(lambda parts, rest: b"".join(parts) + rest, lines, st.sampled_from([b"", b"", b"a"]))
either = pytest.mark.parametrize("search", [myers.changed, histogram.changed])

# Where joining goes wrong elsewhere: base, ours, theirs.
NASTY = {
    "insertions at one place": ("1\n2\n", "1\nx\n2\n", "1\ny\n2\n"),
    "the same insertion at one place": ("1\n2\n", "1\nx\n2\n", "1\nx\n2\n"),
    "neighbours": ("1\n2\n3\n4\n", "1\nx\n3\n4\n", "1\n2\ny\n4\n"),
    "one line between": ("1\n2\n3\n4\n5\n", "1\nx\n3\n4\n5\n", "1\n2\n3\ny\n5\n"),
    "a deletion beside an insertion": ("1\n2\n3\n", "1\n3\n", "1\n2\nx\n3\n"),
    "both delete, one more": ("1\n2\n3\n4\n", "1\n4\n", "1\n3\n4\n"),
    "an end of line is added": ("1\n2", "1\n2\n", "x\n2"),
    "an end of line is taken": ("1\n2\n", "1\n2", "x\n2\n"),
    "both append without an end": ("1\n", "1\nx", "1\ny"),
    "all lines get returns, one is edited": ("1\n2\n3\n", "1\r\n2\r\n3\r\n", "1\nx\n3\n"),
    "returns on one line": ("1\r\n2\n3\r\n4\n5\n", "1\n2\n3\r\n4\n5\n", "1\r\n2\n3\r\n4\n5\r\n"),
    "the base is empty": ("", "1\n", "2\n"),
    "the base is empty and so is one side": ("", "", "2\n"),
    "one side is empty": ("1\n2\n3\n", "", "1\nx\n3\n"),
    "both are empty": ("1\n", "", ""),
    "a moved block, edited": ("1\n2\n3\n4\n5\n6\n", "4\n5\n6\n1\n2\n3\n", "1\n2\n3\n4\nx\n6\n"),
    "repeated lines": ("a\na\na\na\n", "a\na\na\na\na\n", "a\na\nb\na\na\n"),
    "repeated blocks": ("{\n}\n" * 3, "{\n}\n" * 4, "{\nx\n}\n" + "{\n}\n" * 2),
    "identical edits apart and one more": ("1\n2\n3\n4\n5\n6\n", "x\n2\n3\n4\n5\ny\n", "x\n2\n3\n4\n5\n6\n7\n"),
    "a byte order mark": ("1\n2\n3\n", "\ufeff1\n2\n3\n", "1\n2\nx\n"),
    "returns alone end no line": ("1\r2\r3\n", "1\rx\r3\n", "1\r2\ry\n"),
}


def agree(git: Git, case: threeways.Case) -> bool:
    """Whether both joined it; that they do or do not together is asserted."""
    is_clean, expected = git.merge_file(*case)
    found = joining.join(*case)
    assert found.content == (expected if is_clean else None), case
    if not is_clean:
        assert found.marked == git.merge_file(*case, "--diff3")[1], case
    return is_clean


def test_three_hundred_texts_are_joined_as_git_joins_them_and_never_where_git_asks(tmp_path: Path):
    git, dice = Git(tmp_path), random.Random(300)
    joined = [agree(git, threeways.case(dice)) for _ in range(300)]
    assert min(joined.count(True), joined.count(False)) > 80


@pytest.mark.parametrize("name", NASTY)
def test_what_goes_wrong_elsewhere_goes_as_with_git(tmp_path: Path, name: str):
    base, ours, theirs = (side.encode() for side in NASTY[name])
    git = Git(tmp_path)
    assert agree(git, (base, ours, theirs)) == agree(git, (base, theirs, ours))


@either
@given(texts, texts)
def test_a_side_that_did_nothing_gives_way(search: Search, base: bytes, changed: bytes):
    assert joining.join(base, base, changed, search=search) == Outcome(changed)
    assert joining.join(base, changed, base, search=search) == Outcome(changed)
    assert joining.join(base, changed, changed, search=search) == Outcome(changed)


@either
@given(texts, texts, texts)
def test_it_does_not_matter_which_side_is_which(search: Search, base: bytes, ours: bytes, theirs: bytes):
    one, other = (joining.join(base, *sides, search=search) for sides in ((ours, theirs), (theirs, ours)))
    assert one.content == other.content


@either
@given(st.lists(texts, min_size=2, max_size=2), texts, texts)
def test_edits_apart_from_each_other_are_never_a_conflict(
    search: Search, parts: list[bytes], ours: bytes, theirs: bytes
):
    wall = b"\nwall 1\nwall 2\nwall 3\n"
    first, last = parts
    found = joining.join(first + wall + last, ours + wall + last, first + wall + theirs, search=search)
    assert found.content == ours + wall + theirs


@given(texts, texts, texts)
def test_the_marks_hold_both_sides_whole(base: bytes, ours: bytes, theirs: bytes):
    found = joining.join(base, ours, theirs)
    for region in found.regions:
        assert b"".join(region.ours) in ours
        assert b"".join(region.theirs) in theirs
        assert b"".join(region.base) in base


def test_a_conflict_says_where_it_is_on_all_sides():
    found = joining.join(b"0\n1\n2\n3\n", b"new\n0\n1\nours\n3\n", b"0\n1\ntheirs\n3\n")
    assert found.regions == (Region(3, (b"2\n",), 4, (b"ours\n",), 3, (b"theirs\n",)),)


def test_what_is_no_utf8_is_joined_by_line_all_the_same():
    assert merge.merge_bytes(b"\xe9\n2\n3\n", b"\xe9t\xe9\n2\n3\n", b"\xe9\n2\nx\n") == b"\xe9t\xe9\n2\nx\n"


def test_what_is_no_text_is_not_joined():
    assert joining.join(b"\0a\n2\n3\n", b"\0b\n2\n3\n", b"\0a\n2\nx\n") == Outcome(None)


@either
def test_what_is_too_long_and_too_different_is_a_conflict_without_lines(search: Search):
    dice = random.Random(1)
    sides = [b"".join(dice.choices([b"a\n", b"b\n", b"c\n"], k=400_000)) for _ in range(3)]
    assert joining.join(sides[0], sides[1], sides[2], search=search) == Outcome(None)
