"""Redis as the broker, for pools that go on listening whatever became of it meanwhile.

A pool has room for so many messages, and whoever has worked one off tells Redis. While Redis is away that
fails, and kombu counts the message for ever: a pool that was full in that moment would never take another.
What is lost that way is asked for again by the clock, so the room is given back in any case.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import redis


class Room(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        with self._given_back(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with self._given_back(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)

    @contextmanager
    def _given_back(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except Exception:
            self._quick_ack(delivery_tag)
            raise


class Channel(redis.Channel):
    QoS: Any = Room


class Transport(redis.Transport):
    Channel: Any = Channel
