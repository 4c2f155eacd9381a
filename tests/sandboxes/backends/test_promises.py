"""How a promise is graded by what the machine has; that it is true is tried in tests/attacks."""

import dataclasses

from sandboxes.backends import fences, promises
from sandboxes.backends.promises import Grade

NEW, OLD = (6, 1), (5, 10)


def grade(name: str, fence: fences.Fence, kernel: tuple[int, int] = NEW) -> Grade:
    return promises.grade(promises.of(name), fence=fence, kernel=kernel)


def test_only_root_gives_each_box_allowances_of_its_own() -> None:
    assert grade("allowances", fences.DOUBLE) is Grade.HOLDS
    assert grade("allowances", fences.SINGLE) is Grade.OPEN


def test_an_old_kernel_counts_processes_over_all_boxes_so_they_are_watched() -> None:
    assert grade("programs", fences.SINGLE) is Grade.HOLDS
    assert grade("programs", fences.SINGLE, OLD) is Grade.WATCHED


def test_without_a_filter_calls_are_open_and_namespaces_where_bubblewrap_is_old() -> None:
    bare = dataclasses.replace(fences.SINGLE, filtered=False)
    assert (grade("calls", bare), grade("namespaces", bare)) == (Grade.OPEN, Grade.HOLDS)
    old = dataclasses.replace(fences.OPEN, filtered=False)
    assert grade("namespaces", old) is Grade.OPEN
    assert grade("namespaces", fences.OPEN) is Grade.HOLDS


def test_names_are_given_once() -> None:
    assert len({promise.name for promise in promises.PROMISES}) == len(promises.PROMISES)
