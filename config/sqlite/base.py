"""What Django loads as the engine of the database."""

import os
import sqlite3
import threading
from collections import defaultdict

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from config.sqlite.turns import Turns


class _Files:
    """The queue of each database file in this process."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._turns: defaultdict[str, Turns] = defaultdict(Turns)
        self._lock = threading.Lock()

    def turns(self, name: str) -> Turns:
        with self._lock:
            return self._turns[name]


_files = _Files()
# What waited or wrote in the parent does not do so in a child.
os.register_at_fork(after_in_child=_files.forget)


def _busy() -> sqlite3.OperationalError:
    """As SQLite itself says it."""
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode, busy.sqlite_errorname = sqlite3.SQLITE_BUSY, "SQLITE_BUSY"
    return busy


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction begins with its turn and ends with giving it back; other processes wait for the file's lock."""

    _turns: Turns | None = None

    def _start_transaction_under_autocommit(self) -> None:
        turns = _files.turns(str(self.settings_dict["NAME"]))
        if not turns.take(float(self.settings_dict["OPTIONS"].get("timeout", 5))):
            raise OperationalError("database is locked") from _busy()
        self._turns = turns
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._give_back()
            raise

    def _give_back(self) -> None:
        if self._turns is not None:
            turns, self._turns = self._turns, None
            turns.give_back()

    def _commit(self) -> None:
        """One that fails is rolled back next."""
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._give_back()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]  # not in the stubs
        self._give_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._give_back()

    def __del__(self) -> None:
        """A thread that ended without closing its connection has ended its transaction, too."""
        self._give_back()
