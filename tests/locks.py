"""Which rows a transaction locks, and in which order: Project, Job, Generation, ChangeSet, Sandbox, Command.

Two that lock in one order may wait for each other once, but never both at once.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

ORDER = (
    "projects_project",
    "agents_job",
    "agents_generation",
    "projects_changeset",
    "sandboxes_sandbox",
    "sandboxes_command",
)
_WRITE = re.compile(r'(?:UPDATE|DELETE FROM) "(\w+)"')
_LOCK = re.compile(r'SELECT .* FROM "(\w+)".* FOR (NO KEY )?UPDATE', re.DOTALL)


class Watch:
    """What one thread's connection locks. `faults` names what is out of order."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.faults: list[str] = []

    def begin(self) -> None:
        self.held = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if connection.in_atomic_block:
            self._see(sql)
        return execute(sql, params, many, context)

    def _see(self, sql: str) -> None:
        locked = _LOCK.match(sql)
        if locked and not locked[2]:
            self.faults.append(f"{locked[1]} is locked against those who only point to it: no_key is missing")
        found = locked or _WRITE.match(sql)
        table = found[1] if found else ""
        if table not in ORDER or table in self.held:
            return
        later = [held for held in self.held if ORDER.index(held) > ORDER.index(table)]
        if later:
            self.faults.append(f"{table} is locked after {', '.join(later)}")
        self.held.append(table)


@contextmanager
def in_order() -> Iterator[None]:
    """Fails when what this thread does inside locks out of order."""
    if connection.vendor != "postgresql":  # SQLite has one lock for everything, taken at the beginning
        yield
        return
    watch = Watch()
    connection.ensure_connection()
    set_autocommit = connection.set_autocommit

    def begun(autocommit: bool, *arguments: Any, **named: Any) -> None:
        watch.begin()
        set_autocommit(autocommit, *arguments, **named)

    connection.set_autocommit = begun  # type: ignore[method-assign]  # each transaction begins and ends with it
    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        del connection.set_autocommit
    assert not watch.faults, sorted(set(watch.faults))
