"""One at a time puts an app's packages in place: a job that builds it, or whoever came to look at it.

The marker is a row, taken by compare-and-set and held for as long as its holder lives.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Sandbox
from sandboxes.models import duties as leases
from sandboxes.runtime import duties

Result = TypeVar("Result")

_PATIENCE = 420.0
_LOOK = 0.2


def take(sandbox: Sandbox, work: Callable[[], None]) -> bool:
    """Do it now, or leave it to whoever is at it; whether it was done here."""
    return duties.once(_name(sandbox), work, every=0.0)


def wait(
    sandbox: Sandbox,
    work: Callable[[], Result],
    *,
    should_stop: Callable[[], bool] | None = None,
    patience: float | None = None,
) -> Result:
    """Do it once nobody else is at it."""
    done: list[Result] = []
    deadline = time.monotonic() + (_PATIENCE if patience is None else patience)
    while not take(sandbox, lambda: done.append(work())):
        if should_stop and should_stop():
            raise Stopped("Waiting for the app's box was stopped.")
        if time.monotonic() > deadline:
            raise SandboxLost("Somebody else has been putting the app's packages in place for too long.")
        time.sleep(_LOOK)
    return done[0]


def is_taken(sandbox: Sandbox) -> bool:
    return leases.is_taken(_name(sandbox))


def _name(sandbox: Sandbox) -> str:
    return f"app {sandbox.pk}"
