"""A whole installation for tests: starts `manage.py serve`, knows its processes, leaves none behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found, "the condition was not met in time"
    return found


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@dataclass
class Whole:
    home: Path
    port: int
    surroundings: dict[str, str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *(words or ("serve",))],
            env=self.surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.started.append(process)
        return process

    def start_and_wait(self, *words: str) -> subprocess.Popen[bytes]:
        process = self.start(*words)
        try:
            until(lambda: self.is_ready(process.pid) or process.poll() is not None, 60)
        except AssertionError:
            process.terminate()
            process.wait(30)
        assert process.poll() is None, self.said(process)
        return process

    def facts(self, role: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.home / "run" / f"{role}.lock").read_text())
        except (OSError, ValueError):
            return {}
        if "pid" in found:
            self.seen.add(found["pid"])
        return found

    def is_ready(self, supervisor: int) -> bool:
        facts = self.facts("server")
        return facts.get("pid") == supervisor and facts["ready"] and bool(self.pid("web") and self.pid("worker"))

    def pid(self, role: str) -> int:
        facts = self.facts(role)
        return facts["pid"] if facts.get("ready") and is_alive(facts["pid"]) else 0

    def replaced(self, role: str, old: int) -> int:
        """The process id of the successor, once it is ready."""
        return int(until(lambda: self.pid(role) if self.pid(role) != old else 0))

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def said(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout
        return process.stdout.read().decode()

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            assert process.stdout
            process.stdout.close()
        for pid in filter(is_alive, self.seen):
            os.kill(pid, signal.SIGKILL)
