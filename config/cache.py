"""The cache of several hosts: Redis, and while that is gone this process's own memory.

What is in it may be lost (rate limits and the like). Signing in must neither fail nor become unlimited with Redis.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

AGAIN_SECONDS = 5.0

_clients: dict[str, Any] = {}
_due: dict[str, float] = {}
_lock = threading.Lock()
os.register_at_fork(after_in_child=_clients.clear)

log = structlog.get_logger(__name__)


class FallingBack(RedisCache):
    """Django makes one for each request; its connections, and that Redis is gone, are this process's."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._spare = LocMemCache("without redis", {**params, "OPTIONS": {}})
        self._address = str(server)

    @property
    def _cache(self) -> Any:
        with _lock:
            if self._address not in _clients:
                made: Any = self
                _clients[self._address] = made._class(made._servers, **made._options)
            return _clients[self._address]

    @property
    def _due(self) -> float:
        return _due.get(self._address, 0.0)

    @_due.setter
    def _due(self, moment: float) -> None:
        _due[self._address] = moment

    def clear(self) -> None:
        """Its own keys alone: Django would empty all of Redis, and with it the broker and everybody's bells."""
        self._spare.clear()
        ours = f"{self.key_prefix}:*"
        client = self._cache.get_client(None, write=True)
        try:
            if found := list(client.scan_iter(match=ours, count=1000)):
                client.delete(*found)
        except (redis.ConnectionError, redis.TimeoutError):
            return

    def _ask(self, verb: str, *arguments: Any, **options: Any) -> Any:
        """Redis, unless it has just failed: nobody should wait for it twice."""
        if time.monotonic() >= self._due:
            try:
                return getattr(super(), verb)(*arguments, **options)
            except (redis.ConnectionError, redis.TimeoutError) as gone:
                # Those that are kept are as dead as this one.
                self._cache.get_client(None, write=True).connection_pool.disconnect()
                self._due = time.monotonic() + AGAIN_SECONDS
                log.warning("Redis does not answer; each process counts by itself for now.", reason=str(gone))
        return getattr(self._spare, verb)(*arguments, **options)


def _asking(verb: str) -> Callable[..., Any]:
    def ask(self: FallingBack, *arguments: Any, **options: Any) -> Any:
        return self._ask(verb, *arguments, **options)

    return ask


for _verb in (
    "add",
    "get",
    "set",
    "touch",
    "delete",
    "get_many",
    "has_key",
    "incr",
    "set_many",
    "delete_many",
):
    setattr(FallingBack, _verb, _asking(_verb))
