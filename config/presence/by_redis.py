"""Presence on several hosts: a key per process, said again every few seconds, and gone some seconds after its end.

Losing Redis costs nobody his role: it only means that for a while nobody knows.
"""

import functools
import json
import os
import secrets
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import redis
import structlog
from django.conf import settings

AGAIN_SECONDS = 4.0
LASTING_SECONDS = 15
ANSWER_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Unknown(Exception):
    """Redis does not answer, so nobody knows who is there."""


class Told:
    def __init__(self, roles: Sequence[str]) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.roles = list(roles)
        self._facts: dict[str, Any] = {}
        self._ended = threading.Event()
        self._was_heard = True
        self._client = _connect()
        self._thread = threading.Thread(target=self._go_on, name="presence", daemon=True)
        self._thread.start()

    def tell(self, **facts: Any) -> None:
        self._facts = facts
        self._say()

    def leave(self) -> None:
        self._ended.set()
        self._thread.join(ANSWER_SECONDS * 2)
        self._try(lambda pipe: pipe.delete(_key(self.name)).srem(_index(), self.name))

    def _go_on(self) -> None:
        while not self._ended.wait(AGAIN_SECONDS):
            self._say()

    def _say(self) -> None:
        said = json.dumps({**self._facts, "roles": self.roles})
        self._try(lambda pipe: pipe.set(_key(self.name), said, ex=LASTING_SECONDS).sadd(_index(), self.name))
        if self._was_heard and self._facts.get("ready"):
            self._sign()

    def _sign(self) -> None:
        """For who asks every few seconds, as a container's engine does: the age of a file costs nothing to learn."""
        with suppress(OSError):  # a full disk has nothing to do with being here
            settings.RUN_DIR.mkdir(parents=True, exist_ok=True)
            for role in self.roles:
                (settings.RUN_DIR / f"{role}.heard").touch()

    def _try(self, fill: Any) -> None:
        try:
            with self._client.pipeline() as pipe:
                fill(pipe)
                pipe.execute()
        except redis.RedisError as failed:
            if self._was_heard:
                log.warning("Redis does not answer; nobody hears that this process is here.", reason=str(failed))
            self._was_heard = False
        else:
            self._was_heard = True


def said_by(role: str) -> list[dict[str, Any]]:
    return [facts for facts in _everybody() if role in facts["roles"]]


def _everybody() -> list[dict[str, Any]]:
    try:
        names = sorted(name.decode() for name in client().smembers(_index()))
        kept = client().mget([_key(name) for name in names]) if names else []
        if gone := [name for name, said in zip(names, kept, strict=True) if said is None]:
            client().srem(_index(), *gone)
    except redis.RedisError as failed:
        raise Unknown(f"Redis does not answer: {failed}") from failed
    return [json.loads(said) for said in kept if said is not None]


@functools.cache
def client() -> Any:
    """For who asks."""
    return _connect()


def _connect() -> Any:
    """With short limits: neither who asks nor who ends may wait long."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, protocol=2
    )


def _index() -> str:
    return f"{settings.REDIS_PREFIX}:present"


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}:present:{name}"
