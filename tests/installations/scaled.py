"""The scaled shape: two of every process on two hosts, PostgreSQL, Redis, and a balancer before it all.

Nobody supervises. What a test kills stays dead until the test starts it again. Only edges and workers are told
where the engine is.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import processes
from tests.installations.balancer import Balancer
from tests.installations.visited import Visited, answers
from tests.installations.waiting import free_port, wait_for
from tests.services.postgres import Postgres
from tests.services.redis import Redis

HOSTS = (1, 2)
FRONTS = ("web", "edge")
ROLES = (*FRONTS, "worker", "beat")
NO_ENGINE = "unix:///nonexistent/docker.sock"
_HAS_ENGINE = ("edge", "worker")
SIGN_IN = """
from django.urls import reverse
from projects.services import accounts
print(reverse("projects:enter", args=[accounts.sign_in_token(accounts.local_owner())]))
"""
_INSTALL_ID = "from sandboxes.wire import boxes; print(boxes.install_id())"


class Scaled(Visited):
    def __init__(self, home: Path, *, postgres: Postgres, redis: Redis, engine: str = "", **environment: str) -> None:
        super().__init__(home, **environment)
        home.mkdir(parents=True)
        self.postgres, self.redis, self.engine = postgres, redis, engine
        self.database = f"djinn_{home.parent.name}_{home.name}".lower()
        self.ports = {f"{role}-{host}": free_port() for role in FRONTS for host in HOSTS}
        self.balancer = Balancer(
            web=[self.ports[f"web-{host}"] for host in HOSTS], edge=[self.ports[f"edge-{host}"] for host in HOSTS]
        )
        self.port = self.balancer.port
        self.install_id = ""
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.every = [f"{role}-{host}" for role in ROLES for host in HOSTS]

    def variables(self, **more: str) -> dict[str, str]:
        ours = {
            "DATABASE_URL": self.postgres.url(self.database),
            "REDIS_URL": self.redis.url,
            "DJINN_SECRET_KEY": f"signs the sessions of {self.database}, and of no other",
            "DJINN_ENCRYPTION_KEY": f"encrypts the secrets of {self.database}, and of no other",
            "DJINN_SITE_URL": self.url,
            "SANDBOX_BACKEND": "docker" if self.engine else "none",
            "DOCKER_HOST": NO_ENGINE,
        }
        return super().variables(**{**ours, **self.environment, **more})

    # --- starting and ending ---------------------------------------------------------------------
    def up(self) -> None:
        self.postgres.create(self.database)
        migrated = self.manage("migrate", "--verbosity=0")
        assert migrated.returncode == 0, migrated.stderr
        self.mend()
        # Whoever may run a command of the installation may sign in as its owner.
        self.link, self.install_id = self.url + self.script(SIGN_IN), self.script(_INSTALL_ID)

    def mend(self) -> None:
        """Start again what is dead."""
        self.bring(*(name for name in self.every if name not in self.running or self.running[name].poll() is not None))

    def bring(self, *names: str) -> None:
        """Start processes and wait until each has said that it is ready."""
        for name in names:
            self.running[name] = self._start(name)
        for name in names:
            wait_for(lambda name=name: self.is_ready(name), seconds=180, what=f"{name} to be ready")  # type: ignore[misc]

    def is_ready(self, name: str) -> bool:
        process = self.running[name]
        assert process.poll() is None, self.said(process)
        return "ready." in self.said(process) and (name not in self.ports or answers(self.ports[name]))

    def named(self, pid: int) -> str:
        return next(name for name, process in self.running.items() if process.pid == pid)

    def kill(self, *names: str) -> None:
        """kill -9, all of them at once."""
        for name in names:
            processes.kill(self.running[name].pid)
        for name in names:
            self.running.pop(name).wait(30)

    def end(self) -> None:
        super().end()
        self.balancer.close()

    def kill_all(self) -> None:
        super().kill_all()
        if self.boxes():
            self.kill_boxes()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        role, _, host = name.partition("-")
        own = {"DJINN_HOME": str(self.home / f"host-{host}")}
        if name in self.ports:
            own["PORT"] = str(self.ports[name])
        if self.engine and role in _HAS_ENGINE:
            own["DOCKER_HOST"] = self.engine
        return self.start("serve", role, **own)

    # --- what its database and its engine tell -----------------------------------------------------
    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url(self.database), connect_timeout=5) as connection:
            return connection.execute(query.replace("?", "%s").encode(), values).fetchall()

    def boxes(self) -> list[str]:
        """Running or not: each carries the installation's id, and an engine may serve several of those."""
        ours = f"--filter=label=djinn.instance={self.install_id}"
        return self._docker("ps", "--all", ours, '--format={{.Label "djinn.box"}}').split()

    def kill_boxes(self) -> None:
        boxes = self.boxes()
        assert boxes, "no box to kill"
        self._docker("rm", "--force", *(f"djinn-{self.install_id}-{box}" for box in boxes))

    def _docker(self, *words: str) -> str:
        if not (self.engine and self.install_id):
            return ""
        argv = ["docker", "--host", self.engine, *words]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


@contextmanager
def scaled(home: Path, *, postgres: Postgres, redis: Redis, engine: str = "", **environment: str) -> Iterator[Scaled]:
    installation = Scaled(home, postgres=postgres, redis=redis, engine=engine, **environment)
    try:
        yield installation
    finally:
        installation.end()
