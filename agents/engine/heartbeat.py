"""Keeps the lease of a job and reads what is asked of it, also over a moment without the database.

While the lease we last proved has not run out nobody else can have the job; after that it is not surely ours.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)

LOOK_EVERY = 0.4


class Heartbeat:
    def __init__(
        self, *, extend: Callable[[], bool], ask: Callable[[], str | None], seconds: float, intent: str | None
    ) -> None:
        self._extend, self._ask = extend, ask
        self._seconds = seconds
        self._proved = time.monotonic()
        self._was_silent = False
        self.intent = intent
        """What is asked of the job; None when it is no longer ours."""

    def run(self, ended: threading.Event) -> None:
        try:
            while self.intent is not None and not ended.wait(LOOK_EVERY):
                self.look()
        finally:
            connection.close()

    def look(self) -> None:
        try:
            self.intent = self._ask() if self._prove() else None
        except (DatabaseError, InterfaceError) as gone:
            connection.close()
            self._bear(gone)
        except Exception:
            # Without a beat the job is not surely ours: better to step aside.
            log.exception("A heartbeat broke.")
            self.intent = None

    def _prove(self) -> bool:
        """Three times per lease, and at once after a silence."""
        now = time.monotonic()
        if now - self._proved < self._seconds / 3 and not self._was_silent:
            return True
        is_ours = self._extend()
        if is_ours:
            self._proved, self._was_silent = now, False
        return is_ours

    def _bear(self, gone: Exception) -> None:
        if not self._was_silent:
            log.warning("The database does not answer a heartbeat: %s", str(gone).partition("\n")[0])
        self._was_silent = True
        if time.monotonic() - self._proved >= self._seconds:
            self.intent = None
