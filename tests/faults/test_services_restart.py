"""PostgreSQL, Redis and the engine die in the middle of building and come back: nothing of ours is started again."""

from datetime import UTC, datetime

import pytest

from tests.faults.endings import nothing_twice
from tests.installations.scaled import Scaled
from tests.installations.visited import Run
from tests.installations.waiting import wait_for
from tests.services.engine import Engine
from tests.services.postgres import Postgres
from tests.services.redis import Redis

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]


def everybody_lived(whole: Scaled) -> None:
    dead = {name: whole.said(process)[-2000:] for name, process in whole.running.items() if process.poll() is not None}
    assert dead == {}


def test_redis_forgets_everything(whole: Scaled, building: Run, calm: list[str], redis: Redis) -> None:
    redis.restart()
    nothing_twice(building, calm)
    everybody_lived(whole)


def test_postgres_cuts_every_connection(whole: Scaled, building: Run, calm: list[str], postgres: Postgres) -> None:
    postgres.restart()
    nothing_twice(building, calm)
    everybody_lived(whole)


def test_the_engine_dies_and_its_boxes_with_it(whole: Scaled, building: Run, calm: list[str], engine: Engine) -> None:
    wait_for(building.has_box, seconds=60, what="a box")
    engine.restart()
    nothing_twice(building, calm)
    everybody_lived(whole)


@pytest.mark.long
def test_both_are_away_for_longer_than_a_lease(
    whole: Scaled, building: Run, calm: list[str], postgres: Postgres, redis: Redis
) -> None:
    until = building.leased_until()
    redis.kill()
    postgres.kill()
    wait_for(lambda: datetime.now(UTC) > until, seconds=60, what="the lease to run out")
    postgres.start()
    redis.start()
    nothing_twice(building, calm)
    everybody_lived(whole)
