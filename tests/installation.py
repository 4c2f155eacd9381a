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
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

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
        self.output = ""
        self.link = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._client: httpx.Client | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def variables(self) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJINN_HOME": str(self.home),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **ours, **self.environment}

    def up(self, *, seconds: float = 90) -> None:
        """Start it and wait for its ready line and its sign-in link."""
        log = self.home.parent / f"{self.home.name}.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.variables(),
                stdout=out,
                stderr=subprocess.STDOUT,
            )

        def ready() -> bool:
            self.output = log.read_text()
            assert self._process is not None
            assert self._process.poll() is None, self.output
            found = _LINK.search(self.output)
            self.link = found.group(0) if found else ""
            return "Djinn is ready" in self.output and bool(found)

        wait_for(ready, seconds=seconds, what=f"the ready line in {log}")

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

    def processes(self, *words: str) -> list[int]:
        """Living processes of this installation whose command line has all the words."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            mine = f"DJINN_HOME={self.home}".encode() in environment.split(b"\0")
            mine = mine or any(str(self.home) in word for word in command)
            if mine and all(any(word in part for part in command) for word in words):
                found.append(int(folder.name))
        return found

    def kill(self, *words: str) -> None:
        """kill -9, without a warning."""
        pids = self.processes(*words)
        assert pids, f"nothing to kill for {words}"
        for pid in pids:
            _kill(pid)

    def kill_boxes(self) -> None:
        """kill -9 of the wardens, and with them of everything in their boxes."""
        wardens = [json.loads(path.read_text())["pid"] for path in (self.home / "run").glob("*.json")]
        assert wardens, "no box to kill"
        for pid in wardens:
            _kill(pid)

    def stop(self) -> int | None:
        """As Ctrl-C would: SIGTERM to the one process a person started."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=60)
        self._process = None
        return code

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)
            self._process = None
        for pid in self.processes():
            _kill(pid)
        if any((self.home / "run").glob("*.json")):
            self.kill_boxes()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from the database file, beside the running processes."""
        path = f"file:{self.home / 'db.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()

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


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


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
