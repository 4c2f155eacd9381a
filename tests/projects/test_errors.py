from typing import get_args

from projects.errors import Conflict
from projects.store import merge


def test_every_kind_of_conflict_has_its_sentence():
    assert set(Conflict.SENTENCES) == set(get_args(merge.Kind))


def test_a_conflict_says_why_for_each_kind():
    told = Conflict(["b", "a", "c", "old"], {"a": "lines", "b": "lines", "c": "deleted"})
    assert told.paths == ("a", "b", "c", "old")
    assert (
        str(told) == "Both sides changed the same lines of a, b. One side deleted c, and the other changed or moved it."
    )


def test_a_conflict_of_which_only_the_paths_are_known_names_them():
    assert str(Conflict(["b", "a"])) == "Both sides changed the same lines of a, b."


def test_many_conflicts_are_not_all_named():
    told = str(Conflict(f"{number:02}" for number in range(40)))
    assert told.endswith("08, 09 and 30 more.")
