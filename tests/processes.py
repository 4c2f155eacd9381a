"""Processes as the system sees them: who lives, who belongs to an installation, and their end."""

import os
import signal
from pathlib import Path


def is_alive(pid: int) -> bool:
    """A zombie is dead; nobody has looked yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def kill(pid: int) -> None:
    """kill -9, without a warning."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def of(home: Path, *words: str) -> list[int]:
    """The living ones of that home whose command line has all the words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        is_its = f"DJINN_HOME={home}".encode() in environment or any(str(home) in word for word in command)
        if is_its and all(any(word in part for part in command) for word in words):
            found.append(int(folder.name))
    return found
