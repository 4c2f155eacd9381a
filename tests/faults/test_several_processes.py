"""Of several web, edge, worker and beat processes any may die while an app is built: the others go on."""

import os
import signal

import pytest

from tests.faults.endings import nothing_twice
from tests.installations.scaled import Scaled
from tests.installations.visited import Run
from tests.installations.waiting import wait_for

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]


@pytest.mark.long
@pytest.mark.parametrize("role", ["web", "edge", "beat"])
def test_one_of_two_is_not_missed(whole: Scaled, building: Run, calm: list[str], role: str) -> None:
    whole.kill(f"{role}-1")
    nothing_twice(building, calm)


def test_the_other_worker_takes_the_job_over(whole: Scaled, building: Run, calm: list[str]) -> None:
    first = building.holder()
    whole.kill(whole.named(first))
    nothing_twice(building, calm)
    assert building.holder() != first


def test_a_whole_host_is_lost(whole: Scaled, building: Run, calm: list[str]) -> None:
    _, _, host = whole.named(building.holder()).partition("-")
    whole.kill(*(name for name in list(whole.running) if name.endswith(host)))
    nothing_twice(building, calm)


def test_without_any_worker_the_job_waits_for_one(whole: Scaled, building: Run, calm: list[str]) -> None:
    whole.kill("worker-1", "worker-2")
    whole.bring("worker-1")
    nothing_twice(building, calm)


@pytest.mark.long
def test_without_any_clock_the_job_goes_on(whole: Scaled, building: Run, calm: list[str]) -> None:
    whole.kill("beat-1", "beat-2")
    nothing_twice(building, calm)


def test_a_worker_that_was_asleep_does_nothing_twice(whole: Scaled, building: Run, calm: list[str]) -> None:
    sleeper = building.holder()
    os.kill(sleeper, signal.SIGSTOP)
    try:
        wait_for(lambda: building.holder() != sleeper, seconds=60, what="the other worker to take the job")
        before = len(building.closed())
        wait_for(lambda: len(building.closed()) > before, seconds=60, what="the other worker to close a file")
    finally:
        os.kill(sleeper, signal.SIGCONT)
    nothing_twice(building, calm)
    assert building.holder() != sleeper
