"""One server: started, killed without a warning, started again over what it left."""

import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from tests import processes
from tests.installations.waiting import wait_for

LONGEST_START = 30


class Server(ABC):
    """Its folder is not pytest's: those are closed to the other users that some servers run as."""

    name = ""
    user: str | None = None

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"djinn-{self.name}-"))
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def argv(self) -> list[str]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, user=self.user
            )
        wait_for(self._is_up, seconds=LONGEST_START, what=f"{self.name} to answer")

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        return self.answers()

    def kill(self) -> None:
        assert self.process is not None
        processes.kill(self.process.pid)
        self.process.wait(30)

    def restart(self) -> None:
        self.kill()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.kill()
        subprocess.run(["rm", "-rf", str(self.folder)], check=True)  # an image has more files than Python likes
