"""What git is given when it fetches: `git upload-pack`, asked once, its answer in pieces as it comes."""

import os
import select
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, cast

from asgiref.sync import sync_to_async

from projects import errors
from projects.git import program

PIECE = 64 * 1024
# Of the whole answer, and of a silence in it.
MOST_SECONDS = 900
SILENT_SECONDS = 120
ASK_SECONDS = 30
# In one process, and how long the next one waits for a place.
AT_ONCE = 8
PATIENCE = 5
PROTOCOLS = ("version=1", "version=2")

_places = threading.BoundedSemaphore(AT_ONCE)


def advertise(folder: Path, protocol: str) -> bytes:
    """What can be fetched, or, of the second protocol, what may be asked."""
    words = ("upload-pack", "--stateless-rpc", "--advertise-refs", str(folder))
    return program.run(*words, folder=folder, seconds=ASK_SECONDS, variables=_variables(protocol))


class Answer:
    """One answer under way. However it ends, its processes end with it and its place is free again."""

    def __init__(self, folder: Path, question: IO[bytes], protocol: str, on_failure: Callable[[], None]) -> None:
        """Busy when too many are answered already."""
        if not _places.acquire(timeout=PATIENCE):
            raise errors.Busy("Many are fetching just now. Please try again in a moment.")
        self._on_failure = on_failure
        self._deadline = time.monotonic() + MOST_SECONDS
        self._is_over = False
        self._reading = threading.Lock()
        try:
            words = ("upload-pack", "--stateless-rpc", str(folder))
            self._process = program.start(*words, folder=folder, stdin=question, variables=_variables(protocol))
        except BaseException:
            _places.release()
            raise

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Asynchronous, so that who hangs up is noticed between two pieces."""
        try:
            while piece := await sync_to_async(self._next, thread_sensitive=False)():
                yield piece
        finally:
            self.close()

    def _next(self) -> bytes:
        """The next piece, nothing at the end; an answer that broke off must not look whole."""
        with self._reading:
            if self._is_over:
                return b""
            stdout = cast("IO[bytes]", self._process.stdout).fileno()
            left = min(SILENT_SECONDS, self._deadline - time.monotonic())
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                raise errors.Busy("Git took too long.")
            piece = os.read(stdout, PIECE)
            if not piece and self._process.wait(timeout=10) != 0 and not self._is_over:
                self._on_failure()
            return piece

    def close(self) -> None:
        """Also called by Django, should nobody have begun to read.

        1. Git ends, so that a thread that waits for its next piece has it.
        2. That thread is done with the pipe.
        3. The pipe is closed: its number may belong to another file from now on.
        """
        if self._is_over:
            return
        self._is_over = True
        try:
            program.end(self._process)
            with self._reading:
                program.kill(self._process)
        finally:
            _places.release()


def _variables(protocol: str) -> dict[str, str]:
    return {"GIT_PROTOCOL": protocol} if protocol in PROTOCOLS else {}
