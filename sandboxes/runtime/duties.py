"""Rounds that one process at a time makes, wherever the clock that calls for them runs.

Two clocks, or two workers that keep house, may call at once: the first makes the round, the other finds it
taken. Killed in the middle, the first loses it after a lease, and the next call makes the round.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection

from sandboxes.models import duties

log = logging.getLogger(__name__)


def once(name: str, work: Callable[[], object], *, every: float) -> bool:
    """Make the round unless another makes it or has just made it; whether it was made here."""
    lease = float(settings.LEASE_SECONDS)
    token = duties.take(name, seconds=lease)
    if token is None:
        return False
    began = time.monotonic()
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(name, token, lease, ended), name=f"duty-{name}", daemon=True)
    keeper.start()
    try:
        work()
    finally:
        ended.set()
        keeper.join(lease)
        # Two clocks differ a little; less than the whole pause, so that no round of one clock alone falls out.
        duties.keep(name, token, seconds=max(0.0, every * 0.8 - (time.monotonic() - began)))
    return True


def _keep(name: str, token: duties.Token, lease: float, ended: threading.Event) -> None:
    try:
        while not ended.wait(lease / 3):
            if not duties.keep(name, token, seconds=lease):
                return
    except DatabaseError:
        log.warning("The database does not answer; the duty %s may go to another.", name)
    finally:
        connection.close()
