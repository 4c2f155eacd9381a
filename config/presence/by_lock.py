"""Presence on one machine: one holder per role and home."""

from collections.abc import Sequence
from typing import Any

from config import locks
from config.locks import RoleLock


class Locked:
    def __init__(self, roles: Sequence[str], *, patience: float) -> None:
        self._locks: list[RoleLock] = []
        try:
            for role in roles:
                self._locks.append(RoleLock(role).take(patience=patience))
        except locks.Taken:
            self.release()
            raise

    def tell(self, **facts: Any) -> None:
        for lock in self._locks:
            lock.tell(**facts)

    def leave(self) -> None:
        """The locks go with the process and not before: its threads may still be at work."""

    def release(self) -> None:
        for lock in self._locks:
            lock.release()
        self._locks.clear()


def said_by(role: str) -> list[dict[str, Any]]:
    facts = locks.facts_of(role) if locks.is_held(role) else {}
    return [facts] if facts else []
