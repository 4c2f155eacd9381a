"""Whether every connection of the pool was given back: one that a thread takes with it is lost for ever."""

import time
from typing import Any

from asgiref.sync import SyncToAsync
from channels.testing import application
from django.conf import settings
from django.db import close_old_connections, connection, connections

PATIENCE = 10.0

# While they wait, Channels' own communicators leave every thread its connection; the product does not.
application.no_op = close_old_connections


def out() -> int:
    """How many connections of the pool somebody holds."""
    pool = _pool()
    if pool is None:
        return 0
    stats = pool.get_stats()
    return int(stats.get("pool_size", 0) - stats.get("pool_available", 0))


def settle() -> int:
    """This thread gives its own back, while it can still be found: a browser's loop that ends would take it along.

    So does the thread that tests share for what is synchronous; the others are waited for.
    """
    connection.close()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result(PATIENCE)
    until = time.monotonic() + PATIENCE
    while (left := out()) > 0 and time.monotonic() < until:
        time.sleep(0.02)
    return left


def forget() -> None:
    """A pool that has lost connections is no pool for the next test."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's alone


def _pool() -> Any:
    # Asked by its name in the settings: a test that uses no database must not open a pool.
    pools = getattr(connection, "_connection_pools", {}) if settings.IS_SCALED else {}
    return pools.get(connection.alias)
