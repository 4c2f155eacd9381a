"""How boxes end: processes killed, folders cleared, and who still holds a lock."""

import contextlib
import fcntl
import os
import subprocess
from pathlib import Path


def kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def clear(folder: Path) -> None:
    subprocess.run(["rm", "-rf", "--", folder], capture_output=True, timeout=120, check=False)
    if folder.exists():  # folders made unreadable by the box
        subprocess.run(["chmod", "-R", "u+rwX", "--", folder], capture_output=True, timeout=120, check=False)
        subprocess.run(["rm", "-rf", "--", folder], capture_output=True, timeout=120, check=False)


def is_held(lock: Path, *, may_be_shared: bool = False) -> bool:
    """Two who ask at once must not take each other for a holder, so nobody asks for more than it takes."""
    try:
        handle = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if may_be_shared else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
