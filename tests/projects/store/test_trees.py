import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import errors
from projects.store import trees
from projects.store.trees import Entry

A, B = Entry("a" * 64, 1), Entry("b" * 64, 2)

names = st.text("abAB.-é", min_size=1, max_size=4).filter(lambda name: name.strip(".") != "")
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
entries = st.builds(Entry, st.sampled_from(["a" * 64, "b" * 64]), st.just(1), st.booleans())
manifests = st.dictionaries(paths, entries, max_size=6)


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "src/App.tsx",
        ".gitignore",
        "a b/c d.txt",
        "déjà/vu.md",
        "x/.github/y",
        "a" * 240,
        "/".join("d" * 20),
        "..a",
        "日本.txt",
    ],
)
def test_it_takes_an_ordinary_path(path: str):
    assert trees.check_path(path) == path


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("C:/x", "is absolute"),
        ("c:x", "is absolute"),
        ("..", "leaves its folder"),
        ("a/../b", "leaves its folder"),
        ("./a", "has an empty or a '.' part"),
        ("a//b", "has an empty or a '.' part"),
        ("a/", "has an empty or a '.' part"),
        ("a\\b", "contains a backslash"),
        ("a\nb", "contains a control or invisible character"),
        ("a\0b", "contains a control or invisible character"),
        ("a\u202eb", "contains a control or invisible character"),
        (".g\u200cit/config", "contains a control or invisible character"),
        ("a\ud800", "contains a control or invisible character"),
        (unicodedata.normalize("NFD", "é"), "is not in Unicode's composed form (NFC)"),
        (".git/config", "belongs to git"),
        ("sub/.GIT/hooks/x", "belongs to git"),
        (".git. /x", "belongs to git"),
        ("GIT~1/x", "belongs to git"),
        ("a" * 241, "is longer than 240 bytes"),
        ("é" * 121, "is longer than 240 bytes"),
        ("/".join("d" * 21), "is nested deeper than 20 folders"),
    ],
)
def test_it_refuses_a_path_and_says_why(path: str, reason: str):
    with pytest.raises(errors.BadPath) as refusal:
        trees.check_path(path)
    assert str(refusal.value).endswith(f"{reason}.")


@given(st.text(max_size=300))
def test_what_it_takes_never_leaves_the_project(path: str):
    try:
        trees.check_path(path)
    except errors.BadPath:
        return
    parts = path.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert len(path.encode()) <= 240
    assert path.isprintable() or all(unicodedata.category(char) not in {"Cc", "Cf"} for char in path)


@pytest.mark.parametrize("tree", [{"a", "A"}, {"src/a", "SRC/b"}, {"a", "a/b"}, {"straße", "STRASSE"}])
def test_it_refuses_a_tree_that_not_every_disk_can_hold(tree: set[str]):
    with pytest.raises(errors.BadPath):
        trees.check_tree(tree)


@given(st.sets(paths, max_size=6), paths)
def test_adding_one_path_is_checked_like_the_whole_tree(tree: set[str], path: str):
    def is_fine(check, *arguments: Any) -> bool:
        try:
            check(*arguments)
        except errors.BadPath:
            return False
        return True

    if is_fine(trees.check_tree, tree):
        assert is_fine(trees.check_addition, path, tree - {path}) == is_fine(trees.check_tree, tree | {path})


def test_an_overlay_adds_replaces_and_takes_away():
    assert trees.overlay({"a": A, "b": A}, {"a": None, "b": B, "c": A}) == {"b": B, "c": A}


@given(manifests, manifests)
def test_the_difference_of_two_trees_leads_from_one_to_the_other(before, after):
    changes = {path: entry for path, _, entry in trees.diff(before, after)}
    assert trees.overlay(before, changes) == after


@given(manifests, manifests)
def test_two_trees_have_one_hash_exactly_when_they_are_equal(one, other):
    assert (trees.tree_hash(one) == trees.tree_hash(other)) == (one == other)


def test_the_hash_of_a_tree_stays_what_it_was():
    tree = {"b.txt": Entry("b" * 64, 5), "a/run": Entry("a" * 64, 3, executable=True)}
    assert trees.tree_hash(tree) == trees.tree_hash(dict(reversed(tree.items())))
    assert trees.tree_hash(tree) == "f0c64041d2b49972b52cb4ec05e0467eb1f5fe5905274c2d07af0e0d26b2e16b"
    assert trees.tree_hash({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(manifests)
def test_a_stored_tree_is_loaded_as_it_was(tree):
    assert trees.load(trees.dump(tree)) == tree


def test_sizes_add_up():
    assert trees.total_size({"a": A, "b": B}) == 3


def test_an_id_of_a_path_can_stand_in_html():
    assert trees.path_id("src/<b>.tsx").isalnum()
    assert trees.path_id("a") != trees.path_id("b")
