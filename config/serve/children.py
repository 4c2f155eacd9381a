"""One process under the supervisor: started, watched, started again with growing pauses.

Two pipes join the two. The child's standard input closes when the supervisor is gone; through the other one
the child says that it is ready.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from signal import SIGTERM

import structlog
from django.conf import settings

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 60.0
LAST_GRACE = 12.0

log = structlog.get_logger(__name__)


class Child:
    def __init__(self, *words: str, listener: socket.socket | None = None) -> None:
        self.words = words  # what `serve` is told: the roles, and for a worker its queues
        self.listener = listener
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started = 0.0
        self.due = 0.0
        self._ear: int | None = None
        self._was_heard = False

    @property
    def is_ready(self) -> bool:
        if self._ear is not None and not self._was_heard:
            with suppress(BlockingIOError):
                self._was_heard = os.read(self._ear, 1) != b""
        return self._was_heard

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
        self._close_pipes()

    def _start(self) -> None:
        self._ear, mouth = os.pipe()
        os.set_blocking(self._ear, False)
        descriptors = [mouth]
        argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", *self.words]
        argv += ["--under-supervisor", "--say-ready", str(mouth)]
        if self.listener is not None:
            descriptors.append(self.listener.fileno())
            argv += ["--socket", str(self.listener.fileno())]
        self.started = time.monotonic()
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops them in order.
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, pass_fds=descriptors, start_new_session=True, cwd=settings.BASE_DIR
        )
        os.close(mouth)

    def _bury(self, code: int) -> None:
        self.failures = 1 if time.monotonic() - self.started > STEADY else self.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.failures - 1))
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        log.warning("A process of the server died; it starts again.", roles=" ".join(self.words), how=how, pause=pause)
        self._close_pipes()
        self.process = None
        self.due = time.monotonic() + pause

    def _close_pipes(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        if self._ear is not None:
            os.close(self._ear)
        self._ear, self._was_heard = None, False


def end_with_the_supervisor() -> None:
    """In the child: its standard input is a pipe that closes when the supervisor is gone, however it went."""
    threading.Thread(target=_hold_the_line, name="lifeline", daemon=True).start()


def _hold_the_line() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), SIGTERM)
    time.sleep(LAST_GRACE)
    os._exit(1)
