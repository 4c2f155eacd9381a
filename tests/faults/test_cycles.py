"""Boxes are made and used while web processes and workers die at drawn moments: a minute later nothing is left of them
but what the database says is there."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import cycles
from tests.faults.cycles import SECONDS, Cycles
from tests.installations.waiting import wait_for
from tests.services.postgres import Postgres
from tests.services.redis import Redis

pytestmark = [pytest.mark.xdist_group("cycles"), pytest.mark.timeout(400)]

SEED = 4242
TIMES, FEW = 100, 5
Figures = Callable[[str, object], None]


def leaves_nothing(one: Cycles, times: int, record_property: Figures) -> None:
    one.all_answer(seconds=200)
    for number in range(times):
        try:
            one.turn()
        except AssertionError as wrong:
            wrong.add_note(f"Seed {SEED}, turn {number}.")
            raise
    began, left = time.monotonic(), [""]

    def is_clean() -> bool:
        left[:] = one.left()
        return not left

    wait_for(is_clean, seconds=SECONDS, what="nothing to be left", tell=lambda: "\n".join([*left, one.story()]))
    took = time.monotonic() - began
    record_property("figure", f"{times} kills, {one.is_used()} boxes; nothing left after {took:.0f} s")
    assert one.is_used() >= cycles.APPS + times / 5
    one.all_answer()  # nothing was lost
    assert one.left() == []


@pytest.mark.box
def test_nothing_is_left_on_one_machine(tmp_path: Path, record_property: Figures) -> None:
    with cycles.embedded(tmp_path / "home", "process", seed=SEED) as one:
        leaves_nothing(one, FEW, record_property)


@pytest.mark.long
@pytest.mark.box
@pytest.mark.timeout(1800)
def test_nothing_is_left_of_a_hundred_in_namespaces(tmp_path: Path, record_property: Figures) -> None:
    with cycles.embedded(tmp_path / "home", "process", seed=SEED) as one:
        leaves_nothing(one, TIMES, record_property)


@pytest.mark.long
@pytest.mark.docker
@pytest.mark.timeout(1800)
def test_nothing_is_left_of_a_hundred_in_containers(tmp_path: Path, record_property: Figures) -> None:
    with cycles.embedded(tmp_path / "home", "docker", seed=SEED) as one:
        leaves_nothing(one, TIMES, record_property)


@pytest.mark.long
@pytest.mark.docker
@pytest.mark.timeout(3600)
def test_nothing_is_left_of_a_hundred_among_several(
    tmp_path: Path, postgres: Postgres, redis: Redis, record_property: Figures
) -> None:
    with cycles.several(tmp_path / "home", postgres, redis, seed=SEED) as one:
        leaves_nothing(one, TIMES, record_property)
