"""A whole installation for tests: its own home, port and processes, started as a person would."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from tests import processes

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"http://\S+/enter/\S+")


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Look until it is so; the name of what was waited for is in the failure."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Waited {seconds:.0f} s for {what}.")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port = free_port()
        self.environment = environment
        self.link = ""
        self._logs: dict[subprocess.Popen[bytes], Path] = {}
        self._client: httpx.Client | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def share_packages(self) -> None:
        """What the stacks need is fetched once per run of the suite, and not once per installation."""
        shared = Path(settings.DJINN_HOME) / "templates"
        shared.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "templates").symlink_to(shared)

    def variables(self) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJINN_HOME": str(self.home),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **ours, **self.environment}

    # --- starting and ending ---------------------------------------------------------------------
    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command of manage.py that goes on; what it says is in `said`."""
        log = self.home.parent / f"{self.home.name}-{len(self._logs)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._logs[process] = log
        return process

    def said(self, process: subprocess.Popen[bytes]) -> str:
        return self._logs[process].read_text()

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
            found = _LINK.search(self.said(process))
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

    def kill_boxes(self) -> None:
        """The wardens, and with them everything in their boxes."""
        wardens = [json.loads(path.read_text())["pid"] for path in (self.home / "run").glob("*.json")]
        assert wardens, "no box to kill"
        for pid in wardens:
            processes.kill(pid)

    def kill_all(self) -> None:
        """As a power cut would: no process is left, and none was told."""
        for process in self._logs:
            process.kill()
            process.wait(timeout=30)
        for pid in processes.of(self.home):
            processes.kill(pid)
        if any((self.home / "run").glob("*.json")):
            self.kill_boxes()

    def end(self) -> None:
        """Ask first, so that what was measured is kept; then leave nothing behind, whatever the test did."""
        if self._client is not None:
            self._client.close()
            self._client = None
        for process in self._logs:
            process.terminate()
        for process in self._logs:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
        self.kill_all()

    def manage(self, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.variables(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

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
        """Straight from the database file, beside the running processes."""
        path = f"file:{self.home / 'db.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()

    # --- as a visitor ----------------------------------------------------------------------------
    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/livez", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False

    @property
    def client(self) -> httpx.Client:
        """A browser without scripts, signed in as the local owner."""
        if self._client is None:
            self._client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=30)
            answer = self._client.get(self.link)
            assert answer.status_code == 200, answer.text
        return self._client

    def send_wish(self, wish: str) -> str:
        """Post the form of the start page; gives back the address of the project."""
        client = self.client
        page = client.get("/")
        answer = client.post("/wish/", data={"wish": wish, "csrfmiddlewaretoken": _csrf(page.text)})
        assert answer.status_code == 200, answer.text
        return answer.url.path

    def say(self, project: str, text: str) -> None:
        page = self.client.get(project)
        answer = self.client.post(f"{project}messages/", data={"text": text, "csrfmiddlewaretoken": _csrf(page.text)})
        assert answer.status_code == 200, answer.text

    def preview(self, path: str = "/") -> httpx.Response:
        """The newest project's app, as a browser would ask for it by its own host name."""
        [(label,)] = self.rows("select label from sandboxes_sandbox order by created_at desc limit 1")
        return httpx.get(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": f"p-{label}.localhost:{self.port}"},
            timeout=30,
        )

    def completed(self, *, jobs: int = 1, seconds: float = 120) -> None:
        """Wait until that many jobs are there and all are completed; any other end fails at once."""

        def done() -> bool:
            states = self.job_states()
            assert not {"failed", "cancelled"} & set(states), self.rows("select error from agents_job")
            return states == ["completed"] * jobs

        wait_for(done, seconds=seconds, what=f"{jobs} completed jobs")

    def tree_hashes(self) -> list[str]:
        return [row[0] for row in self.rows("select tree_hash from projects_version order by number")]

    def job_states(self) -> list[str]:
        return [row[0] for row in self.rows("select state from agents_job order by created_at")]


def _csrf(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found, "a form without its token"
    return found.group(1)


@contextmanager
def installed(home: Path, **environment: str) -> Iterator[Installation]:
    installation = Installation(home, **environment)
    try:
        yield installation
    finally:
        installation.end()
