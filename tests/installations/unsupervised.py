"""The embedded shape with the test in the supervisor's place: it starts the worker again, at once and however often."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installations.embedded import Installation
from tests.installations.scaled import SIGN_IN
from tests.installations.waiting import wait_for


class Unsupervised(Installation):
    def __init__(self, home: Path, **environment: str) -> None:
        super().__init__(home, **environment)
        self.worker: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        migrated = self.manage("migrate", "--verbosity=0")
        assert migrated.returncode == 0, migrated.stderr
        self._ready(self.start("serve", "web"))
        self.link = self.url + self.script(SIGN_IN)
        self.mend()
        assert self.worker is not None
        self._ready(self.worker)

    def mend(self) -> None:
        """Another worker in the place of the one that died. One may be started while it is still dying."""
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self.start("serve", "worker", "beat")

    def _ready(self, process: subprocess.Popen[bytes]) -> None:
        def is_ready() -> bool:
            assert process.poll() is None, self.said(process)
            return "ready." in self.said(process)

        wait_for(is_ready, seconds=90, what="a process to be ready")


@contextmanager
def unsupervised(home: Path, **environment: str) -> Iterator[Unsupervised]:
    installation = Unsupervised(home, **environment)
    try:
        yield installation
    finally:
        installation.end()
