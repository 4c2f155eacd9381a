"""The embedded shape with the test in the supervisor's place for both of its processes."""

import subprocess
from pathlib import Path

from tests.installations.unsupervised import Unsupervised


class Both(Unsupervised):
    """A web process and a worker, each started again by the test as soon as it is dead."""

    def __init__(self, home: Path, **environment: str) -> None:
        super().__init__(home, **environment)
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def begin(self) -> None:
        migrated = self.manage("migrate", "--verbosity=0")
        assert migrated.returncode == 0, migrated.stderr
        self.mend()
        for process in self.children.values():
            self._ready(process)

    def mend(self) -> None:
        for role, words in (("web", ("web", "edge")), ("worker", ("worker", "beat"))):
            if role not in self.children or self.children[role].poll() is not None:
                self.children[role] = self.start("serve", *words)
