"""The processes of one installation: started, listened to, ended."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests import processes

ROOT = Path(__file__).resolve().parent.parent.parent
# What the suite itself was started with is no business of an installation that a test makes.
_SHAPE = ("DATABASE_URL", "REDIS_URL", "REDIS_PREFIX", "DJINN_SECRET_KEY", "DJINN_ENCRYPTION_KEY")


class Started:
    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = environment
        self._logs: dict[subprocess.Popen[bytes], Path] = {}

    def variables(self, **more: str) -> dict[str, str]:
        around = {name: value for name, value in os.environ.items() if name not in _SHAPE}
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJINN_HOME": str(self.home),
            "PYTHONUNBUFFERED": "1",
        }
        return {**around, **ours, **self.environment, **more}

    def start(self, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        """A command of manage.py that goes on; what it says is in `said`."""
        log = self.home.parent / f"{self.home.name}-{len(self._logs)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self.variables(**variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._logs[process] = log
        return process

    def said(self, process: subprocess.Popen[bytes]) -> str:
        return self._logs[process].read_text()

    def last_words(self) -> list[str]:
        """Of each process that lives, its newest lines."""
        return [
            f"{process.args[2:]}, process {process.pid}:\n{self.said(process)[-3000:]}"  # type: ignore[index,str-bytes-safe]  # a list of text
            for process in self._logs
            if process.poll() is None
        ]

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

    def script(self, text: str, *arguments: str, seconds: float = 60) -> str:
        """A few lines of Python among the installation's own modules; what they printed."""
        argv = [sys.executable, "-c", f"import django\ndjango.setup()\n{text}", *arguments]
        done = subprocess.run(
            argv, cwd=ROOT, env=self.variables(), capture_output=True, text=True, timeout=seconds, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def bury(self, pid: int) -> None:
        """Until one of its processes has ended in all its threads."""
        next(process for process in reversed(self._logs) if process.pid == pid).wait(timeout=30)

    def end(self) -> None:
        """Ask first, so that what was measured is kept; then leave nothing behind, whatever the test did."""
        for process in self._logs:
            process.terminate()
        for process in self._logs:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
        self.kill_all()

    def kill_all(self) -> None:
        """As a power cut would: no process is left, and none was told."""
        for process in self._logs:
            process.kill()
            process.wait(timeout=30)
        for pid in processes.of(self.home):
            processes.kill(pid)
