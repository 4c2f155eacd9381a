"""The worker process: pools of threads that never starve one another, and the clock."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import Celery, beat
from celery.worker import state
from django.conf import settings

from agents.services import jobs
from config import celery as wiring
from sandboxes.models import duties

GRACE = 6.0
TURN = 0.2
# Queue and threads. The reapers have their own: they must not wait behind the work they watch. So have the commands
# that people ask for, which run for minutes: nobody who looks at an app waits behind them.
POOLS = {wiring.GENERATE: 4, wiring.SANDBOX: 4, wiring.COMMANDS: 8, wiring.HOUSEKEEPING: 2}

log = structlog.get_logger(__name__)


def run(*, queues: Sequence[str], has_clock: bool, on_ready: Callable[[], None]) -> int:
    """Until a signal (0), or until a part dies (1: the supervisor starts us again)."""
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # `make check` ran them; each start need not
    if queues and not settings.IS_SCALED:
        # No other worker of this installation is alive, so whoever held these leases is dead.
        jobs.free_leases()
        duties.free_all()
    signals = _Signals()
    pools = [Pool(queue, POOLS[queue]) for queue in queues]
    threads: list[threading.Thread] = [*pools, *([_clock()] if has_clock else [])]
    for thread in threads:
        thread.start()
    announced = False
    while not signals.seen:
        time.sleep(TURN)
        if not all(thread.is_alive() for thread in threads):
            log.error("A part of the worker ended by itself.")
            return 1
        if not announced and all(pool.ready.is_set() for pool in pools):
            announced = True
            if pools:
                _catch_up()
            on_ready()
    _stop(pools)
    return 0


class _Signals:
    """A plain attribute: an Event set by a handler inside its own wait would never return."""

    def __init__(self) -> None:
        self.seen = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._see)

    def _see(self, number: int, frame: object) -> None:
        self.seen = True


class Pool(threading.Thread):
    """A Celery worker in a thread, with an application of its own: each application has one list of queues."""

    def __init__(self, queue: str, threads: int) -> None:
        super().__init__(name=f"pool-{queue}", daemon=True)
        self.ready = threading.Event()
        self.app: Celery = wiring.serving(f"djinn-{queue}")
        self.app.loader.import_default_modules()
        self.controller: Any = self.app.WorkController(
            hostname=f"{queue}@{socket.gethostname()}",
            pool_cls="threads",
            use_eventloop=False,  # there is one event hub per process, and several pools here
            concurrency=threads,
            queues=[queue],
            ready_callback=lambda consumer: self.ready.set(),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )

    def run(self) -> None:
        self.controller.start()


def _clock() -> threading.Thread:
    service = beat.Service(wiring.app, max_interval=1, scheduler_cls="celery.beat:Scheduler")
    return threading.Thread(target=service.start, name="clock", daemon=True)


def _catch_up() -> None:
    """What the clock would do within the half minute is done at once after a start."""
    for name in ("agents.tasks.reap_jobs", "sandboxes.tasks.reap", "sandboxes.tasks.prepare_templates"):
        wiring.app.tasks[name].delay()


def _stop(pools: list[Pool]) -> None:
    """A pool waits for its tasks; what is not done within the grace goes on at the next start.

    Each ends its own loop, at its next look: ended from here, its connection would be pulled away under it.
    """
    state.should_stop = 0
    deadline = time.monotonic() + GRACE
    for pool in pools:
        pool.join(max(0.0, deadline - time.monotonic()))
