"""How a disturbed run has to end: as if nobody had disturbed it."""

from collections import Counter

from tests.installations.visited import Run
from tests.installations.waiting import wait_for


def nothing_twice(run: Run, expected: list[str]) -> None:
    run.completed()
    written = Counter(run.closed())
    assert set(written.values()) == {1}, written
    assert run.trees() == expected
    wait_for(lambda: run.preview().status_code == 200, seconds=60, what="the app")
    assert "hammer" in run.preview().text.lower()
