"""Keeps what a browser meets and what works behind it alive, a process each, and ends them with itself.

Each child holds the read end of a pipe whose write end only the supervisor has, so even a killed
supervisor takes its children along. What the jobs need after a crash stands in the database.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence

import structlog
from django.conf import settings

from config import presence
from config.locks import RoleLock
from config.serve.children import Child

GRACE = 12.0
TURN = 0.1
PATIENCE = 20.0
HOPELESS = 3
LEAVING = 15.0  # how long what is on its way out may still hold the port
FRONTS, BACKS = (presence.WEB, presence.EDGE), (presence.WORKER, presence.BEAT)

log = structlog.get_logger(__name__)


class Supervisor:
    def __init__(
        self, *, fronts: Sequence[str] = FRONTS, backs: Sequence[str] = BACKS, on_ready: Callable[[], None]
    ) -> None:
        self.fronts, self.backs = fronts, backs
        self.on_ready = on_ready
        # A plain attribute: an Event set by a signal handler inside its own wait would never return.
        self.is_stopping = False
        self.children: list[Child] = []

    def run(self) -> int:
        """Until a signal; 0 after a clean stop, 1 when a child cannot be brought up at all."""
        lock = self._govern()
        with listen(patience=LEAVING if settings.IS_SCALED else 0.0) as listener:
            self._catch_signals()
            self.children = [Child(*self.fronts, listener=listener), Child(*self.backs)]
            lock.tell(pid=os.getpid(), url=settings.SITE_URL, ready=False)
            code = self._watch(lock)
            self._stop_children()
        lock.release()
        return code

    def _watch(self, lock: RoleLock) -> int:
        is_ready = False
        while not self.is_stopping:
            for child in self.children:
                child.tend()
            if not is_ready and all(child.is_ready for child in self.children):
                is_ready = True
                lock.tell(pid=os.getpid(), url=settings.SITE_URL, ready=True)
                self.on_ready()
            if not is_ready and any(child.failures >= HOPELESS for child in self.children):
                log.error("The server does not come up; the lines above say why.")
                return 1
            time.sleep(TURN)
        return 0

    def _stop_children(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.wait(max(0.0, deadline - time.monotonic()))

    def _catch_signals(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, number: int, frame: object) -> None:
        if self.is_stopping:  # asked twice: somebody is in a hurry
            for child in self.children:
                child.kill()
        self.is_stopping = True

    def _govern(self) -> RoleLock:
        """One supervisor per home where that holds the data; any number where PostgreSQL does."""
        if settings.IS_SCALED:
            return RoleLock(presence.SERVER).share()
        lock = RoleLock(presence.SERVER).take(patience=0.5)
        # Children of a killed supervisor are on their way out and still hold the port.
        for role in presence.ROLES:
            RoleLock(role).take(patience=PATIENCE).release()
        return lock


def listen(*, patience: float = 0.0) -> socket.socket:
    """Held above the web process: while that is restarted, browsers wait instead of being refused."""
    address = settings.BIND_ADDRESS
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    deadline = time.monotonic() + patience
    while True:
        try:
            return socket.create_server((address, settings.SITE_PORT), family=family, backlog=512)
        except OSError as error:
            if time.monotonic() >= deadline:
                raise PortRefused(
                    f"Port {settings.SITE_PORT} on {address} cannot be used: {error.strerror}. "
                    "Stop the program that has it, or choose another with PORT=…"
                ) from None
        time.sleep(TURN)


class PortRefused(Exception):
    """The port is in use, or not ours to use."""
