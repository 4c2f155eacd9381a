"""One process or thread at a time at a folder, on one host; the lock vanishes with whoever holds it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projects import errors

PAUSE = 0.02


@contextmanager
def alone(path: Path, patience: float) -> Iterator[None]:
    """The file stays: one that were taken away could be held twice."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise errors.Busy("Somebody else's git is still being answered. Please try again.")
            time.sleep(PAUSE)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
