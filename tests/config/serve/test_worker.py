"""The worker process: every queue has a pool, and what is asked is done."""

import os
import signal

from django.test import override_settings

from config import celery
from config.celery import app
from config.serve.worker import POOLS
from tests.installation import Installation, wait_for


def test_every_queue_has_a_pool_of_its_own() -> None:
    assert sorted(POOLS) == sorted(queue.name for queue in app.conf.task_queues)
    assert all(threads > 0 for threads in POOLS.values())


def test_every_scheduled_task_exists_and_waits_behind_no_work() -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        route = app.amqp.router.route({}, entry["task"])
        assert route["queue"].name == celery.HOUSEKEEPING


def test_what_was_asked_before_the_start_is_done_after_it(whole: Installation) -> None:
    queue = whole.home / "broker" / celery.HOUSEKEEPING
    with override_settings(CELERY_BROKER_TRANSPORT_OPTIONS={"folder": whole.home / "broker"}):
        sender = celery.build("sender", set_as_current=False)
        sender.send_task("agents.tasks.reap_jobs", queue=celery.HOUSEKEEPING)
        sender.close()
    asked = set(queue.iterdir())
    assert len(asked) == 1
    whole.serve()
    wait_for(lambda: not asked & set(queue.iterdir()), seconds=30, what="the task to be taken")


def test_a_worker_that_is_told_to_stop_stops(running: Installation) -> None:
    old = running.pid("worker")
    os.kill(old, signal.SIGTERM)
    assert running.replaced("worker", old)
