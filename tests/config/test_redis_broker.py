"""Redis as the broker goes away while pools work, and comes back: they listen again."""

import threading
from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from celery.worker import state
from django.conf import settings as real

from config import celery, shape
from config.serve.worker import Pool
from tests import threads
from tests.installations.waiting import wait_for
from tests.services.redis import Redis

pytestmark = [pytest.mark.services, pytest.mark.timeout(120)]

WORK, LOOK = "tests.full.work", "tests.full.look"


class Work:
    """Tasks that last until they are released, and one that only looks."""

    def __init__(self) -> None:
        self.begun, self.looked = threading.Semaphore(0), threading.Event()
        self.released = threading.Event()

    def at(self, *apps: Celery) -> None:
        for app in apps:
            app.task(name=WORK, shared=False)(self.work)
            app.task(name=LOOK, shared=False)(self.looked.set)

    def work(self) -> None:
        self.begun.release()
        assert self.released.wait(60)


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.released.set()


@pytest.fixture
def pool(own_redis: Redis, monkeypatch: pytest.MonkeyPatch, work: Work) -> Iterator[Pool]:
    """Two threads that serve, on the broker that may be killed."""
    url, options = shape.broker(own_redis.url, "djinn-tests", real.DJINN_HOME)
    monkeypatch.setattr(real, "CELERY_BROKER_URL", url)
    monkeypatch.setattr(real, "CELERY_BROKER_TRANSPORT_OPTIONS", options)
    monkeypatch.setattr(state, "should_stop", None)
    made = Pool(celery.HOUSEKEEPING, 2)
    work.at(made.app, celery.app)  # the one takes the message, the other finds what to call: Celery's current one
    made.start()
    assert made.ready.wait(20)
    yield made
    work.released.set()
    monkeypatch.setattr(state, "should_stop", 0)
    made.join(20)
    for name in (WORK, LOOK):
        celery.app.tasks.unregister(name)
    assert not made.is_alive()


@pytest.fixture
def asking(pool: Pool) -> Iterator[Celery]:
    made = celery.build("asking", set_as_current=False)
    yield made
    made.close()


def again_and_again(asking: Celery, task: str, done: Callable[..., bool]) -> None:
    """As the clock asks: a message is a hint, and one may be lost."""

    def heard() -> bool:
        asking.send_task(task, queue=celery.HOUSEKEEPING)
        return done(timeout=1)

    wait_for(heard, seconds=30, what=f"the pool to take {task}", tell=threads.standing)


def test_a_pool_that_was_full_when_redis_went_takes_the_next_message(
    asking: Celery, own_redis: Redis, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        again_and_again(asking, WORK, work.begun.acquire)
    own_redis.kill()
    work.released.set()
    wait_for(lambda: caplog.text.count("Couldn't ack") >= 2, seconds=20, what="both to find Redis gone")
    own_redis.start()
    again_and_again(asking, LOOK, work.looked.wait)
