"""One process under the supervisor: started, watched, started again with growing pauses."""

import os
import socket
import subprocess
import sys
import threading
import time
from signal import SIGTERM

import structlog
from django.conf import settings

from config import locks

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 60.0
LAST_GRACE = 12.0

log = structlog.get_logger(__name__)


class Child:
    def __init__(self, role: str, *, listener: socket.socket | None = None) -> None:
        self.role = role
        self.listener = listener
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started = 0.0
        self.due = 0.0

    @property
    def is_ready(self) -> bool:
        facts = locks.facts_of(self.role)
        return self.process is not None and facts.get("pid") == self.process.pid and bool(facts.get("ready"))

    def tend(self) -> None:
        """Starts it when it is due; notices when it has died."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self._start()
        elif (code := self.process.poll()) is not None:
            self._bury(code)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close_lifeline()

    def _start(self) -> None:
        argv = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "serve",
            "--role",
            self.role,
            "--under-supervisor",
        ]
        descriptors = []
        if self.listener is not None:
            descriptors = [self.listener.fileno()]
            argv += ["--socket", str(self.listener.fileno())]
        self.started = time.monotonic()
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops them in order.
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, pass_fds=descriptors, start_new_session=True, cwd=settings.BASE_DIR
        )

    def _bury(self, code: int) -> None:
        self.failures = 1 if time.monotonic() - self.started > STEADY else self.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.failures - 1))
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        log.warning("A process of the server died; it starts again.", role=self.role, how=how, pause=pause)
        self._close_lifeline()
        self.process = None
        self.due = time.monotonic() + pause

    def _close_lifeline(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()


def end_with_the_supervisor() -> None:
    """In the child: its standard input is a pipe that closes when the supervisor is gone, however it went."""
    threading.Thread(target=_hold_the_line, name="lifeline", daemon=True).start()


def _hold_the_line() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), SIGTERM)
    time.sleep(LAST_GRACE)
    os._exit(1)
