"""kill -9 in the middle of the building: up again, the job completes, nothing is done twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import processes
from tests.installation import Installation, installed, wait_for

WISH = "A reading list that looks like my bookshelf"
# A plain page needs no box; the packages of other stacks would be fetched beside it for nothing.
PLAIN = {"SANDBOX_BACKEND": "none"}
CLOSED = "select json_extract(payload, '$.path') from projects_event where kind = 'file_closed'"

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The tree hash of a run that nobody disturbed."""
    with installed(tmp_path_factory.mktemp("calm") / "home", DJINN_DEMO_PACE="0", **PLAIN) as calm:
        calm.up()
        calm.send_wish(WISH)
        calm.completed()
        return calm.tree_hashes()


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Installation]:
    """An installation in the middle of implementing: some files are closed, others are not."""
    with installed(tmp_path / "home", DJINN_DEMO_PACE="2", DJINN_LEASE_SECONDS="6", **PLAIN) as one:
        one.up()
        one.send_wish(WISH)
        wait_for(lambda: len(one.rows(CLOSED)) >= 2, seconds=90, what="two closed files")
        assert one.job_states() == ["running"]
        yield one


def _nothing_twice(one: Installation, expected: list[str]) -> None:
    one.completed()
    written = Counter(path for (path,) in one.rows(CLOSED))
    assert set(written.values()) == {1}, written
    assert one.tree_hashes() == expected
    assert one.preview().status_code == 200


def test_a_killed_worker_is_replaced_and_the_job_goes_on(building: Installation, undisturbed: list[str]) -> None:
    building.kill("manage.py", "serve", "worker")
    _nothing_twice(building, undisturbed)


def test_a_killed_web_is_replaced_and_nobody_notices(building: Installation, undisturbed: list[str]) -> None:
    building.kill("manage.py", "serve", "web")
    _nothing_twice(building, undisturbed)


def test_everything_killed_goes_on_at_the_next_start(building: Installation, undisturbed: list[str]) -> None:
    building.kill_all()
    building.up()
    _nothing_twice(building, undisturbed)


def test_a_clean_stop_in_the_middle_goes_on_at_the_next_start(building: Installation, undisturbed: list[str]) -> None:
    assert building.stop() == 0
    assert processes.of(building.home, "manage.py") == []
    building.up()
    _nothing_twice(building, undisturbed)
