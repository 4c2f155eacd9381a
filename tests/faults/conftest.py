"""The scaled shape on servers of its own, in the middle of building an app, for tests that break something."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from sandboxes.backends import image
from tests.faults import hurt
from tests.faults.hurt import Hurt
from tests.installations.scaled import Scaled, scaled
from tests.installations.visited import Run
from tests.installations.waiting import wait_for
from tests.services.engine import Engine
from tests.services.postgres import Postgres
from tests.services.redis import Redis

WISH = "A tool library for our street: borrow, bring back, a page per tool"
PACE = "0.5"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine() as server:
        server.take(image.tag(settings.SANDBOX_BASE_IMAGE))
        yield server


@pytest.fixture(scope="session")
def whole(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: Redis, engine: Engine
) -> Iterator[Scaled]:
    """One for all faults: each disturbs a project of its own, and puts right what it broke."""
    home = tmp_path_factory.mktemp("whole") / "home"
    with scaled(
        home, postgres=postgres, redis=redis, engine=engine.url, DJINN_DEMO_PACE=PACE, DJINN_LEASE_SECONDS="6"
    ) as one:
        one.up()
        yield one


@pytest.fixture(scope="session")
def calm(whole: Scaled) -> list[str]:
    """The tree of a run that nobody disturbed."""
    run = whole.run(whole.send_wish(WISH))
    run.completed()
    return run.trees()


@pytest.fixture
def building(whole: Scaled, calm: list[str]) -> Iterator[Run]:
    """A project in the middle of being implemented: some files are closed, others are not."""
    run = whole.run(whole.send_wish(WISH))
    wait_for(lambda: len(run.closed()) >= 2, seconds=90, what="two closed files")
    assert run.states() == ["running"]
    yield run
    whole.mend()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hurt]:
    with hurt.embedded(tmp_path_factory.mktemp("hurt")) as one:
        yield one


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: Redis) -> Iterator[Hurt]:
    with hurt.several(tmp_path_factory.mktemp("several"), postgres, redis) as one:
        yield one


@pytest.fixture(scope="session")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hurt]:
    with hurt.looking(tmp_path_factory.mktemp("looking")) as one:
        yield one
