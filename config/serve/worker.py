"""The worker process: two pools of threads, so long jobs never starve wakes and reapers, and the clock."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery, beat

from agents.services import jobs
from config import celery as wiring

GRACE = 6.0
POOLS = {"generate": (wiring.GENERATE,), "upkeep": (wiring.SANDBOX, wiring.HOUSEKEEPING)}
THREADS = 4

log = structlog.get_logger(__name__)


def run(*, on_ready: Callable[[], None]) -> int:
    """Until a signal (0), or until a pool dies (1: the supervisor starts us again)."""
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # `make check` ran them; each start need not
    # No other worker of this installation is alive, so whoever held these leases is dead.
    jobs.free_leases()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pools = [Pool(name, queues) for name, queues in POOLS.items()]
    clock = _start_clock()
    for pool in pools:
        pool.start()
    announced = False
    while not stop.wait(0.2):
        if not all(pool.is_alive() for pool in pools) or not clock.is_alive():
            log.error("A part of the worker ended by itself.")
            return 1
        if not announced and all(pool.ready.is_set() for pool in pools):
            announced = True
            _catch_up()
            on_ready()
    _stop(pools)
    return 0


class Pool(threading.Thread):
    """A Celery worker in a thread, with an application of its own: each application has one list of queues."""

    def __init__(self, name: str, queues: tuple[str, ...]) -> None:
        super().__init__(name=f"pool-{name}", daemon=True)
        self.ready = threading.Event()
        self.app: Celery = wiring.build(f"djinn-{name}", set_as_current=False)
        self.app.loader.import_default_modules()
        self.controller: Any = self.app.WorkController(
            hostname=f"{name}@djinn",
            pool_cls="threads",
            concurrency=THREADS,
            queues=list(queues),
            ready_callback=lambda consumer: self.ready.set(),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )

    def run(self) -> None:
        self.controller.start()


def _start_clock() -> threading.Thread:
    service = beat.Service(wiring.app, max_interval=1, scheduler_cls="celery.beat:Scheduler")
    thread = threading.Thread(target=service.start, name="clock", daemon=True)
    thread.start()
    return thread


def _catch_up() -> None:
    """What the clock would do within the half minute is done at once after a start."""
    for name in ("agents.tasks.reap_jobs", "sandboxes.tasks.reap", "sandboxes.tasks.prepare_templates"):
        wiring.app.send_task(name)


def _stop(pools: list[Pool]) -> None:
    """A pool waits for its tasks; what is not done within the grace goes on at the next start."""
    stoppers = [threading.Thread(target=pool.controller.stop, daemon=True) for pool in pools]
    for stopper in stoppers:
        stopper.start()
    for stopper in stoppers:
        stopper.join(GRACE / len(stoppers))
