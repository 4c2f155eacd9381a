"""One holder per role and installation: file locks that vanish with the process that holds them."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings


class Taken(Exception):
    """Another process of this installation holds the role."""

    def __init__(self, role: str, facts: dict[str, Any]) -> None:
        self.role = role
        self.facts = facts
        where = facts.get("url", "")
        super().__init__(
            f"Another {role} of this installation ({settings.DJINN_HOME}) is running"
            + (f", process {facts['pid']}" if "pid" in facts else "")
            + (f", at {where}" if where else "")
            + ". Stop it first, or set DJINN_HOME to another folder."
        )


class RoleLock:
    """Its file tells others who holds it and whether that process is ready."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.path = path_of(role)
        self._descriptor: int | None = None

    def take(self, *, patience: float = 0.0) -> "RoleLock":
        """Alone. Waits a while for a predecessor that is on its way out; then raises Taken."""
        self._hold(fcntl.LOCK_EX, patience)
        self.tell(pid=os.getpid())
        return self

    def share(self, *, patience: float = 1.0) -> "RoleLock":
        """With any number of others, against one who takes it alone; who watches it sees that somebody lives.

        A watcher tries the lock for a moment, hence the patience.
        """
        self._hold(fcntl.LOCK_SH, patience)
        return self

    def _hold(self, how: int, patience: float) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while not _try(descriptor, how):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise Taken(self.role, facts_of(self.role))
            time.sleep(0.1)
        self._descriptor = descriptor

    def tell(self, **facts: Any) -> None:
        if self._descriptor is None:
            raise RuntimeError("Only the holder of a lock tells about itself.")
        text = json.dumps(facts).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def path_of(role: str) -> Path:
    folder: Path = settings.RUN_DIR
    return folder / f"{role}.lock"


def facts_of(role: str) -> dict[str, Any]:
    try:
        facts = json.loads(path_of(role).read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def is_held(role: str) -> bool:
    try:
        descriptor = os.open(path_of(role), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _try(descriptor)
    finally:
        os.close(descriptor)


def _try(descriptor: int, how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
