"""The embedded shape: one home, one port, one supervisor over a web process and a worker."""

import json
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from tests import processes
from tests.installations.visited import Visited
from tests.installations.waiting import free_port, wait_for

LINK = re.compile(r"http://\S+/enter/\S+")


class Installation(Visited):
    def __init__(self, home: Path, **environment: str) -> None:
        super().__init__(home, **environment)
        self.port = free_port()

    def variables(self, **more: str) -> dict[str, str]:
        return super().variables(**{"PORT": str(self.port), **self.environment, **more})

    def share_packages(self) -> None:
        """What the stacks need is fetched once per run of the suite, and not once per installation."""
        shared = Path(settings.DJINN_HOME) / "templates"
        shared.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "templates").symlink_to(shared)

    # --- starting and ending ---------------------------------------------------------------------
    def serve(self) -> subprocess.Popen[bytes]:
        """The supervisor over a ready web process and a ready worker."""
        process = self.start("serve")

        def ready() -> bool:
            assert process.poll() is None, self.said(process)
            facts = self.facts("server")
            return facts.get("pid") == process.pid and bool(
                facts.get("ready") and self.pid("web") and self.pid("worker")
            )

        wait_for(ready, seconds=60, what="the server to be ready")
        return process

    def up(self, *, seconds: float = 90) -> subprocess.Popen[bytes]:
        """Start it as a person would; wait for its ready line and its sign-in link."""
        process = self.start("up")

        def ready() -> bool:
            assert process.poll() is None, self.said(process)
            found = LINK.search(self.said(process))
            self.link = found.group(0) if found else ""
            return bool(found)

        wait_for(ready, seconds=seconds, what="the sign-in link")
        return process

    def stop(self) -> int | None:
        """SIGTERM to the process that was started last; what it ended with."""
        process = list(self._logs)[-1]
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=60)

    def kill(self, *words: str) -> None:
        pids = processes.of(self.home, *words)
        assert pids, f"nothing to kill for {words}"
        for pid in pids:
            processes.kill(pid)

    def kill_all(self) -> None:
        super().kill_all()
        if self._wardens():
            self.kill_boxes()

    # --- what its files tell ---------------------------------------------------------------------
    def facts(self, role: str) -> dict[str, Any]:
        """What the holder of a role's lock says about itself."""
        try:
            found: dict[str, Any] = json.loads((self.home / "run" / f"{role}.lock").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def pid(self, role: str) -> int:
        """Of the process that holds the role and is ready; else 0."""
        facts = self.facts(role)
        return facts["pid"] if facts.get("ready") and processes.is_alive(facts["pid"]) else 0

    def replaced(self, role: str, old: int) -> int:
        """The process id of the successor, once it is ready."""
        found = wait_for(lambda: self.pid(role) not in {0, old}, seconds=30, what=f"another {role}")
        assert found
        return self.pid(role)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        path = f"file:{self.home / 'db.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()

    def boxes(self) -> list[str]:
        return [path.stem for path, pid in self._wardens().items() if processes.is_alive(pid)]

    def kill_boxes(self) -> None:
        """The wardens, and with them everything in their boxes."""
        wardens = self._wardens()
        assert wardens, "no box to kill"
        for pid in wardens.values():
            processes.kill(pid)

    def _wardens(self) -> dict[Path, int]:
        return {path: json.loads(path.read_text())["pid"] for path in (self.home / "run").glob("*.json")}


@contextmanager
def installed(home: Path, **environment: str) -> Iterator[Installation]:
    installation = Installation(home, **environment)
    try:
        yield installation
    finally:
        installation.end()
