"""kill -9 at every named place of the engine: the job ends as if nobody had been killed, and nothing is there twice."""

from collections.abc import Callable

import pytest

from agents.engine import faultpoints
from agents.engine.faultpoints import Name
from tests.faults import endings, looked_at, told
from tests.faults.hurt import Hurt
from tests.installations.visited import Visited

pytestmark = pytest.mark.timeout(240)

# Reached more than once in this run, and not the first time is what hurts most.
COUNTS: dict[Name, int] = {"reply_growing": 30, "file_staged": 3, "phase_done": 4, "step_done": 3}
# Nobody is at the job any more.
AFTERWARDS = ("job_let_go", "phase_done")
# In the change of an app: its page is taken away, its style edited, and the page written anew as a repair.
OF_CHANGES: tuple[tuple[Name, int], ...] = (
    ("file_staged", 5), ("file_staged", 6), ("file_staged", 7), ("reply_settled", 4), ("reply_settled", 5),
    ("edits_unapplied", 2), ("step_worked", 5),
)  # fmt: skip
PASSED = tuple(name for name in faultpoints.NAMES if name not in faultpoints.OF_REVIEWS)


def killed_at(hurt: Hurt, name: Name, ask: Callable[[Visited], str] = told.ask, count: int = 0) -> None:
    hurt.orders.give(name, count or COUNTS.get(name, 1))
    run = hurt.one.run(ask(hurt.one))
    dead = hurt.orders.carried_out()
    hurt.one.bury(dead)
    recorded = endings.recorded(run)
    hurt.one.mend()
    assert endings.of(run) == hurt.calm
    assert recorded <= endings.recorded(run)
    assert "lost" in endings.outcomes(run) or name in AFTERWARDS


@pytest.mark.xdist_group("points-embedded")
@pytest.mark.parametrize("name", PASSED)
def test_whoever_dies_there_is_replaced(embedded: Hurt, name: Name) -> None:
    killed_at(embedded, name)


@pytest.mark.xdist_group("points-embedded")
@pytest.mark.parametrize(("name", "count"), OF_CHANGES)
def test_what_a_reply_brought_is_not_told_twice(embedded: Hurt, name: Name, count: int) -> None:
    killed_at(embedded, name, count=count)


@pytest.mark.box
@pytest.mark.xdist_group("points-looking")
@pytest.mark.parametrize("name", faultpoints.OF_REVIEWS)
def test_whoever_dies_over_a_review_is_replaced(looking: Hurt, name: Name) -> None:
    killed_at(looking, name, looked_at.ask)


@pytest.mark.xdist_group("points-scaled")
@pytest.mark.parametrize("name", PASSED[::3])
def test_another_worker_takes_over_from_whoever_dies_there(several: Hurt, name: Name) -> None:
    killed_at(several, name)


@pytest.mark.long
@pytest.mark.xdist_group("points-scaled")
@pytest.mark.parametrize("name", [name for number, name in enumerate(PASSED) if number % 3])
def test_another_worker_takes_over_from_whoever_dies_elsewhere(several: Hurt, name: Name) -> None:
    killed_at(several, name)
