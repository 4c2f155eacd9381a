"""A worker stopped at a named place for longer than its lease writes nothing of what it was about to, once awake."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agents.engine.faultpoints import Name
from tests.faults import endings, told
from tests.faults.hurt import Hurt
from tests.faults.test_points import AFTERWARDS, COUNTS, PASSED
from tests.installations.scaled import Scaled
from tests.installations.visited import Run

pytestmark = [pytest.mark.xdist_group("points-scaled"), pytest.mark.timeout(240)]


@contextmanager
def stopped(hurt: Hurt, name: Name, count: int) -> Iterator[tuple[Run, int]]:
    hurt.orders.give(name, count, blow="SIGSTOP")
    run = hurt.one.run(told.ask(hurt.one))
    sleeper = hurt.orders.carried_out()
    try:
        yield run, sleeper
    finally:
        os.kill(sleeper, signal.SIGCONT)


def writes_nothing(hurt: Hurt, name: Name, count: int) -> None:
    with stopped(hurt, name, count) as (run, sleeper):
        assert endings.of(run) == hurt.calm
        assert "lost" in endings.outcomes(run)
        before = endings.everything(run)
    works_alone(hurt, sleeper)
    assert endings.everything(run) == before


def works_alone(hurt: Hurt, sleeper: int) -> None:
    """Who was awake dies; so it is the sleeper who does all of the next run, long after it woke."""
    assert isinstance(hurt.one, Scaled)
    awake = {"worker-1", "worker-2"} - {hurt.one.named(sleeper)}
    hurt.one.kill(*awake)
    run = hurt.one.run(told.ask(hurt.one))
    assert endings.of(run) == hurt.calm
    assert run.holder() == sleeper
    hurt.one.mend()


def test_who_slept_too_long_writes_nothing(several: Hurt) -> None:
    writes_nothing(several, "file_unstaged", 2)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in PASSED if name not in AFTERWARDS])
def test_who_slept_too_long_anywhere_writes_nothing(several: Hurt, name: Name) -> None:
    writes_nothing(several, name, COUNTS.get(name, 1))


@pytest.mark.long
def test_who_sleeps_over_a_lock_is_cut_off_and_keeps_nobody_else_waiting(several: Hurt) -> None:
    """In the middle of a transaction. The database ends it; until then others work on what else there is."""
    with stopped(several, "version_written", 1) as (run, sleeper):
        other = several.one.run(told.ask(several.one))
        other.completed(seconds=30)
        assert run.states()[0] == "running"
        assert endings.of(run) == several.calm
        before = endings.everything(run)
    works_alone(several, sleeper)
    assert endings.everything(run) == before
