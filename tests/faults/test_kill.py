"""kill -9 in the middle of the building: up again, the job completes, nothing is done twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, installed, wait_for

WISH = "A reading list for the books on my desk"
pytestmark = [pytest.mark.timeout(240), pytest.mark.slow_road]

TREE = "select tree_hash from projects_version order by number desc limit 1"
CLOSED = "select payload from projects_event where kind = 'file_closed'"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tree hash of a run that nobody disturbed."""
    with installed(tmp_path_factory.mktemp("calm") / "home", DJINN_DEMO_PACE="0") as calm:
        calm.up()
        calm.send_wish(calm.client(), WISH)
        _completed(calm)
        return str(calm.rows(TREE)[0][0])


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Installation]:
    """An installation in the middle of implementing: some files are closed, others are not."""
    with installed(tmp_path / "home", DJINN_DEMO_PACE="3", DJINN_LEASE_SECONDS="6") as one:
        one.up()
        one.send_wish(one.client(), WISH)
        wait_for(lambda: len(one.rows(CLOSED)) >= 2, seconds=90, what="two closed files")
        assert one.job_states() == ["running"]
        yield one


def _completed(one: Installation) -> None:
    wait_for(lambda: one.job_states() == ["completed"], seconds=120, what="the job to complete")


def _nothing_twice(one: Installation, tree_hash: str) -> None:
    _completed(one)
    written = Counter(row[0] for row in one.rows("select json_extract(payload, '$.path') from projects_event where kind = 'file_closed'"))
    assert set(written.values()) == {1}, written
    assert one.rows(TREE) == [(tree_hash,)]
    assert one.preview().status_code == 200


def test_a_killed_worker_is_replaced_and_the_job_goes_on(building: Installation, undisturbed: str) -> None:
    building.kill("manage.py", "serve", "worker")
    _nothing_twice(building, undisturbed)


def test_a_killed_web_is_replaced_and_nobody_notices(building: Installation, undisturbed: str) -> None:
    building.kill("manage.py", "serve", "web")
    _nothing_twice(building, undisturbed)


def test_everything_killed_goes_on_at_the_next_start(building: Installation, undisturbed: str) -> None:
    building.end()
    building.up()
    _nothing_twice(building, undisturbed)


def test_a_clean_stop_in_the_middle_goes_on_at_the_next_start(
    building: Installation, undisturbed: str
) -> None:
    assert building.stop() == 0
    assert building.processes("manage.py") == []
    building.up()
    _nothing_twice(building, undisturbed)
