"""Redis in memory alone: killed, it has forgotten everything."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager

import redis

from tests.installations.waiting import free_port
from tests.services.servers import Server


class Redis(Server):
    name = "redis"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def argv(self) -> list[str]:
        return [
            *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "no"),
        ]

    @contextmanager
    def hung(self) -> Iterator[None]:
        """It takes connections and says nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def answers(self) -> bool:
        with closing(redis.Redis(port=self.port)) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False
