"""Who is there: every process says which roles it plays, so that others know what works.

On one machine a role is a lock, which vanishes with its holder; on several hosts it is a key in Redis, which
runs out unless its process says it again.
"""

import os
import socket
from typing import Any, Protocol

from django.conf import settings

from config.presence import by_lock, by_redis
from config.presence.by_redis import Unknown as Unknown

Facts = dict[str, Any]

WEB, EDGE, WORKER, BEAT, SERVER = "web", "edge", "worker", "beat", "server"
ROLES = (WEB, EDGE, WORKER, BEAT)
QUEUES = ("generate", "sandbox", "commands", "housekeeping")
# Somebody has to do each of these; a worker does those of its queues.
PARTS = (WEB, EDGE, *QUEUES, BEAT)


class Standing(Protocol):
    def tell(self, **facts: Any) -> None:
        """Say this of oneself, in place of what was said before."""

    def leave(self) -> None:
        """This process is about to end."""


def take(*roles: str, patience: float = 0.0) -> Standing:
    """From now on this process counts for these roles; `locks.Taken` where only one may."""
    return by_redis.Told(roles) if settings.IS_SCALED else by_lock.Locked(roles, patience=patience)


def ready(role: str) -> list[Facts]:
    """What the ready processes of a role say of themselves; `Unknown` when nobody can be asked."""
    said = by_redis.said_by(role) if settings.IS_SCALED else by_lock.said_by(role)
    return [facts for facts in said if facts.get("ready")]


def ready_here(role: str) -> list[Facts]:
    """Those of this host alone; in a container that is its one process."""
    return [facts for facts in ready(role) if facts.get("host") == socket.gethostname()]


def workers() -> list[Facts] | None:
    """For those below, who may know of it but not ask for it: `settings.WORKFORCE`. None: nobody can be asked."""
    try:
        return ready(WORKER)
    except Unknown:
        return None


def missing() -> list[str]:
    """The parts that no ready process plays right now."""
    workers = ready(WORKER)
    played = {queue for facts in workers for queue in facts.get("queues", ())}
    played |= {role for role in (WEB, EDGE, BEAT) if ready(role)}
    return [part for part in PARTS if part not in played]


def of_this_process(**facts: Any) -> Facts:
    return {"pid": os.getpid(), "host": socket.gethostname(), **facts}
