"""kill -9 at any moment. The moments are drawn, the same in each run of a seed; how soon it goes on is told."""

import random
import time
from collections.abc import Callable

import pytest

from tests import processes
from tests.faults import endings, told
from tests.faults.hurt import Hurt
from tests.installations.visited import Run
from tests.installations.waiting import wait_for

SEED = 5150
PAUSE = 0.01
LONGEST = 30.0

Figures = Callable[[str, object], None]


def is_at_work(run: Run) -> bool:
    return "running" in run.states()


def is_over(run: Run) -> bool:
    return set(run.states()) == {"completed"}


def struck(hurt: Hurt, moment: float) -> float | None:
    """How long it took until somebody was at it again; None if the work was done before the moment had come."""
    began = time.monotonic()
    run = hurt.one.run(told.ask(hurt.one))
    wait_for(lambda: time.monotonic() - began >= moment and (is_at_work(run) or is_over(run)), seconds=60, what="then")
    if is_over(run):
        return None
    victim = run.holder()
    processes.kill(victim)
    dead_since = time.monotonic()
    hurt.one.bury(victim)
    before, recorded = len(endings.outcomes(run)), endings.recorded(run)
    hurt.one.mend()
    wait_for(lambda: len(endings.outcomes(run)) > before or is_over(run), seconds=LONGEST, what="somebody to go on")
    took = time.monotonic() - dead_since
    assert endings.of(run) == hurt.calm
    assert recorded <= endings.recorded(run)
    return took


def length(hurt: Hurt) -> float:
    """How long a run takes when nobody is killed."""
    began = time.monotonic()
    assert endings.of(hurt.one.run(told.ask(hurt.one))) == hurt.calm
    return time.monotonic() - began


def strike(hurt: Hurt, times: int) -> list[float]:
    with hurt.paced(PAUSE):
        return met(hurt, length(hurt), times)


def met(hurt: Hurt, within: float, times: int) -> list[float]:
    """Draw until so many have met a run; hardly any comes too late."""
    drawn, found = random.Random(SEED), list[float]()
    for number in range(2 * times):
        moment = drawn.uniform(0.0, within)
        try:
            took = struck(hurt, moment)
        except AssertionError as wrong:
            wrong.add_note(f"Seed {SEED}, draw {number}: killed {moment:.2f} s after the wish.")
            raise
        found += [] if took is None else [took]
        if len(found) == times:
            return found
    raise AssertionError(f"Only {len(found)} of {2 * times} moments met a run.")


def tell(figures: Figures, shape: str, took: list[float]) -> None:
    ordered = sorted(took)
    p50, p95 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95))
    figures("figure", f"{shape}: {len(took)} kills, going on after p50 {p50:.1f} p95 {p95:.1f} max {ordered[-1]:.1f} s")


@pytest.mark.xdist_group("points-embedded")
@pytest.mark.timeout(300)
def test_it_goes_on_whenever_the_worker_dies(embedded: Hurt, record_property: Figures):
    tell(record_property, "one machine", strike(embedded, 5))


@pytest.mark.xdist_group("points-scaled")
@pytest.mark.timeout(300)
def test_it_goes_on_whenever_one_of_several_dies(several: Hurt, record_property: Figures):
    tell(record_property, "several workers", strike(several, 5))


@pytest.mark.long
@pytest.mark.xdist_group("points-embedded")
@pytest.mark.timeout(3600)
def test_it_goes_on_a_hundred_times(embedded: Hurt, record_property: Figures):
    tell(record_property, "one machine", strike(embedded, 100))


@pytest.mark.long
@pytest.mark.xdist_group("points-scaled")
@pytest.mark.timeout(3600)
def test_it_goes_on_a_hundred_times_with_others(several: Hurt, record_property: Figures):
    tell(record_property, "several workers", strike(several, 100))
