"""Asking by message: the queues, and a broker that is there, gone, hung and back."""

import time
from collections.abc import Iterator

import pytest
from celery import Celery
from django.conf import settings as real
from kombu import Connection

from config import celery, shape
from tests.services.redis import Redis

_IN_BOXES = ("sandboxes.tasks.start", "sandboxes.tasks.carry_out", "sandboxes.tasks.ask_registry")


def look() -> None:
    """Never done: nobody serves here."""


@pytest.fixture
def asking(own_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    """An application whose broker may be killed."""
    url, options = shape.broker(own_redis.url, "djinn-tests", real.DJINN_HOME)
    monkeypatch.setattr(real, "CELERY_BROKER_URL", url)
    monkeypatch.setattr(real, "CELERY_BROKER_TRANSPORT_OPTIONS", options)
    made = celery.build("asking", set_as_current=False)
    made.task(name="tests.look", queue=celery.HOUSEKEEPING)(look)
    monkeypatch.setattr(celery, "app", made)
    yield made
    made.close()


def ask(asking: Celery) -> tuple[bool, float]:
    """Whether the message went out, and how long that took."""
    began = time.monotonic()
    return asking.tasks["tests.look"].delay() is not None, time.monotonic() - began


def test_every_kind_of_work_has_its_queue() -> None:
    routed = {
        name: celery.app.amqp.router.route({}, name)["queue"].name
        for name in ("agents.tasks.execute_job", "agents.tasks.reap_jobs", *_IN_BOXES)
    }
    assert routed == {
        "agents.tasks.execute_job": celery.GENERATE,
        "agents.tasks.reap_jobs": celery.HOUSEKEEPING,
        "sandboxes.tasks.start": celery.SANDBOX,
        "sandboxes.tasks.carry_out": celery.COMMANDS,
        "sandboxes.tasks.ask_registry": celery.COMMANDS,
    }


@pytest.mark.services
def test_a_broker_that_is_gone_is_one_line_and_no_wait(
    asking: Celery, own_redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(asking)[0]
    own_redis.kill()
    was_sent, seconds = ask(asking)
    own_redis.start()
    assert not was_sent
    assert seconds < 2
    assert "The broker takes no message" in caplog.text
    assert "Traceback" not in caplog.text
    assert ask(asking)[0]


@pytest.mark.services
def test_a_broker_that_hangs_holds_nobody_for_long(asking: Celery, own_redis: Redis) -> None:
    assert ask(asking)[0]
    with own_redis.hung():
        was_sent, seconds = ask(asking)
    assert not was_sent
    assert seconds < 10
    assert ask(asking)[0]


@pytest.mark.services
def test_who_serves_looks_for_its_broker_every_two_seconds(asking: Celery, own_redis: Redis) -> None:
    worker = celery.serving("worker")
    assert "max_retries" not in worker.conf.broker_transport_options
    own_redis.kill()
    pauses: list[float] = []

    def note(error: Exception, pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 2:
            own_redis.start()

    connection: Connection = worker.connection_for_read()
    connection.ensure_connection(note, None)
    connection.release()
    worker.close()
    assert pauses == [2, 2]
