import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.store import merge
from projects.store.blobs import git_oid
from projects.store.merge import Result
from tests.projects.store import treeways
from tests.projects.store.git import Git
from tests.projects.store.shelves import Shelf

small_trees = st.dictionaries(
    st.sampled_from(["x", "y", "z"]), st.lists(st.sampled_from("ab"), max_size=4).map("\n".join)
)


def test_edits_of_different_files_are_both_kept():
    shelf = Shelf()
    base = shelf.tree({"a": "1", "b": "1", "c": "1"})
    ours = shelf.tree({"a": "2", "b": "1", "c": "1", "new": "n"})
    theirs = shelf.tree({"a": "1", "c": "1", "other": "o"})
    assert merge.merge(base, ours, theirs, shelf.read) == (
        shelf.tree({"a": "2", "c": "1", "new": "n", "other": "o"}),
        {},
        (),
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


def tree_of(result: Result, shelf: Shelf) -> dict[str, tuple[str, str]]:
    decided = {path: (shelf.read(entry), entry.executable) for path, entry in result.tree.items()}
    return {
        path: ("100755" if executable else "100644", git_oid(content))
        for path, (content, executable) in {**decided, **result.joined}.items()
    }


def test_trees_are_joined_as_git_joins_them_and_never_where_git_asks(tmp_path: Path):
    dice = random.Random(9)
    cases = [treeways.case(dice) for _ in range(400)]
    seen: Counter[str] = Counter()
    for case, expected in zip(cases, Git(tmp_path).merge_trees(cases), strict=True):
        shelf = Shelf()
        base, ours, theirs = (shelf.tree(side) for side in case)
        result = merge.merge(base, ours, theirs, shelf.read, shelf.fetch)
        if result.conflicts:
            # Where a folder moved, or a name depends on the order of reading, we ask even where git happens to know.
            assert not expected.is_clean or {clash.kind for clash in result.clashes} <= {"folder", "moved"}, case
            seen["cautious"] += expected.is_clean
        else:
            assert expected.is_clean, case
            assert tree_of(result, shelf) == expected.tree, case
        seen["asked" if result.conflicts else "joined"] += 1
    assert min(seen["asked"], seen["joined"]) > 50, seen
    assert seen["cautious"] < 8, seen


def test_where_a_file_went_is_not_guessed_from_the_order_of_names():
    shelf = Shelf()
    base = shelf.tree({"a": LONG, "b": LONG})
    ours, theirs = shelf.tree({"x": LONG, "y": LONG}), shelf.tree({"a": LONG, "b": EDIT})
    for sides in ((ours, theirs), (theirs, ours)):
        result = merge.merge(base, *sides, shelf.read)
        assert result.conflicts == ("a", "b", "x", "y")
        assert result.clashes[0].kind == "moved"


LONG = "".join(f"line {number}\n" for number in range(20))
EDIT = LONG.replace("line 3\n", "three\n")
OTHER = LONG.replace("line 15\n", "fifteen\n")


def test_a_file_renamed_here_and_edited_there_is_joined_under_its_new_name():
    shelf = Shelf()
    base, renamed, edited = shelf.tree({"a": LONG}), shelf.tree({"dir/b": EDIT}), shelf.tree({"a": OTHER})
    both = EDIT.replace("line 15\n", "fifteen\n").encode()
    assert merge.merge(base, renamed, edited, shelf.read) == ({}, {"dir/b": (both, False)}, (), ())
    assert merge.merge(base, edited, renamed, shelf.read) == ({}, {"dir/b": (both, False)}, (), ())
    moved = shelf.tree({"dir/b": LONG})
    assert merge.merge(base, moved, edited, shelf.read).tree == shelf.tree({"dir/b": OTHER})
    assert merge.merge(base, moved, renamed, shelf.read).tree == renamed


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "kind", "paths"),
    [
        ({"a": "1\n"}, {"a": "2\n"}, {"a": "3\n"}, "lines", "a"),
        ({"a": "\0"}, {"a": "\0001"}, {"a": "\0002"}, "binary", "a"),
        ({}, {"a": "1\n"}, {"a": "2\n"}, "added", "a"),
        ({"a": "1\n"}, {}, {"a": "2\n"}, "deleted", "a"),
        ({"a": LONG}, {"b": LONG}, {}, "deleted", "a b"),
        ({"a": LONG}, {"b": LONG}, {"c": LONG}, "moved", "a b c"),
        ({"a": LONG}, {"b": LONG}, {"a": EDIT, "b": "mine\n"}, "moved", "a b"),
        ({"a": LONG}, {"b": EDIT}, {"a": LONG.replace("line 3", "tres")}, "lines", "a b"),
        ({"d/a": LONG}, {"e/a": LONG}, {"d/a": LONG, "d/new": "1\n"}, "folder", "d/new"),
        ({"z": "1"}, {"z": "1", "Readme": "1"}, {"z": "1", "README": "1"}, "names", "README Readme"),
        ({"z": "1"}, {"z": "1", "a": "1"}, {"z": "1", "a/b": "1"}, "names", "a a/b"),
        ({}, {"a": (b"1", True)}, {"a": (b"1", False)}, "mode", "a"),
    ],
)
def test_what_cannot_be_joined_says_why_and_names_every_path_of_it(base, ours, theirs, kind: str, paths: str):
    shelf = Shelf()
    before, one, other = (shelf.tree(side) for side in (base, ours, theirs))
    for sides in ((one, other), (other, one)):
        result = merge.merge(before, *sides, shelf.read)
        assert {clash.kind for clash in result.clashes} == {kind}
        assert " ".join(result.conflicts) == paths
        assert result.conflicts[0] not in result.tree


def test_both_sides_of_a_conflict_are_shown_with_their_lines():
    shelf = Shelf()
    base, ours, theirs = (
        shelf.tree({name: text}) for name, text in (("a", LONG), ("b", EDIT), ("a", LONG.replace("line 3", "tres")))
    )
    [clash] = merge.merge(base, ours, theirs, shelf.read).clashes
    assert (clash.path, clash.base, clash.ours) == ("b", ("a", base["a"]), ("b", ours["b"]))
    told = merge.explain(clash, shelf.read)
    [region] = told.regions
    assert region == (4, (b"line 3\n",), 4, (b"three\n",), 4, (b"tres\n",))
    assert told.marked
    assert b"<<<<<<< ours\nthree\n||||||| base\nline 3\n=======\ntres\n>>>>>>> theirs\n" in told.marked


def test_who_loses_too_much_to_be_sure_of_a_name_is_asked():
    """So many files came that contents are not compared; then a deletion here and an edit there stay a question."""
    shelf = Shelf()
    many = {f"old/{number}": f"{LONG}{number}\n" for number in range(250)}
    base, edited = shelf.tree(many), shelf.tree({path: f"first\n{text}" for path, text in many.items()})
    moved = shelf.tree({f"new/{path[4:]}!": f"{text}last\n" for path, text in many.items()})
    result = merge.merge(base, moved, edited, shelf.read)
    assert set(many) <= set(result.conflicts)


def test_a_merge_of_many_hard_texts_ends_in_time():
    """Texts of few words are as dear to compare as any; past a bound they are conflicts, and never joined by half."""
    dice, shelf = random.Random(8), Shelf()
    sides = [
        shelf.tree({f"{number}": "".join(dice.choices(["a\n", "b\n", "c\n"], k=1500)) for number in range(60)})
        for _ in range(3)
    ]
    began = time.process_time()
    result = merge.merge(sides[0], sides[1], sides[2], shelf.read)
    assert time.process_time() - began < 25
    assert len(result.conflicts) == 60


def test_contents_are_read_many_at_a_time_and_only_of_files_that_both_changed():
    shelf, asked = Shelf(), list[int]()

    def fetch(hashes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        asked.append(len(list(hashes)))
        return shelf.fetch(hashes)

    sides = [shelf.tree({f"{n}": f"{LONG}{n}\n".replace(*edit) for n in range(300)}) for edit in EDITS]
    base, ours, theirs = (side | shelf.tree({"same": LONG}) for side in sides)
    result = merge.merge(base, ours, theirs, shelf.read, fetch)
    assert (len(result.joined), result.conflicts) == (300, ())
    assert asked == [900]


EDITS = [("", ""), ("line 3\n", "three\n"), ("line 15\n", "fifteen\n")]
