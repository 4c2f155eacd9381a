"""Tells an installation where its next worker dies, and learns which one did."""

import os
from pathlib import Path

from agents.engine import faultpoints
from agents.engine.faultpoints import ChoreName, Name
from tests.installations.waiting import wait_for


class Orders:
    """Given by a file that the installation was started to look at, each time anew."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "fault.order"

    @property
    def environment(self) -> dict[str, str]:
        return {faultpoints.VARIABLE: str(self._file)}

    def give(self, name: Name | ChoreName, count: int = 1, *, blow: str = "SIGKILL") -> None:
        """At once, as whoever looks meanwhile finds all of it or nothing."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        faultpoints.fired_by(self._file).unlink(missing_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{name}:{count}:{blow}")
        draft.rename(self._file)

    def carried_out(self, *, seconds: float = 60) -> int:
        """The process id of who came there."""
        fired = faultpoints.fired_by(self._file)
        wait_for(lambda: fired.exists() and fired.read_text(), seconds=seconds, what=f"{self._said()} to be reached")
        return int(fired.read_text())

    def _said(self) -> str:
        return self._file.read_text() if self._file.exists() else os.fspath(self._file)
