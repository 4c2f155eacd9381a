"""Which kinds of walls this machine can build around a box, found by trying; the strongest is taken.

For root the walls are doubled: each box then runs as a user of the host's own that nothing else uses, so
one box cannot eat the allowances of another, and nothing that belongs to root belongs to it.
"""

import functools
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

USER = 1000
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
AS_USER = ("--unshare-user", "--uid", str(USER), "--gid", str(USER))
SPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
DROP = ("--cap-drop", "ALL", "--die-with-parent", "--new-session")
BARE = ("--proc", "/proc", "--dev", "/dev", "--dir", "/tmp", "--dir", "/workspace")  # noqa: S108 — the box's own
CHANGE_USER = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")


@dataclass(frozen=True)
class Fence:
    outer: tuple[str, ...]
    """Options of the bubblewrap that builds the box."""
    inner: tuple[str, ...] = ()
    """Words before the program: for root, a change of user and a second bubblewrap."""
    own_user: bool = False
    closed: bool = True
    """Nothing inside can make namespaces of its own."""

    def words(self, box: str) -> list[str]:
        return [word.replace("UID", str(user_of(box))) for word in self.inner]

    @property
    def ready(self) -> tuple[str, ...]:
        """What is mounted read-only last. The second bubblewrap still has to write to /proc."""
        paths = ("/", "/dev") if self.own_user else ("/", "/dev", "/proc")
        return tuple(word for path in paths for word in ("--remount-ro", path))

    @property
    def early(self) -> int:
        """The highest process number inside that is ours: the reaper, perhaps a bubblewrap, the agent."""
        return 3 if self.own_user else 2


def user_of(box: str) -> int:
    """Far above any user a host has."""
    return (1 << 30) + zlib.crc32(box.encode()) % (1 << 28)


CHANGE = ("setpriv", "--reuid", "UID", "--regid", "UID", "--clear-groups", "--")
AGAIN = ("bwrap", *AS_USER, "--disable-userns", "--die-with-parent", "--dev-bind", "/", "/", "--remount-ro", "/proc")
DOUBLE = Fence((*SPACES, *DROP, *CHANGE_USER), (*CHANGE, *AGAIN, "--chdir", "/workspace", "--"), own_user=True)
SINGLE = Fence((*SPACES, *DROP, *AS_USER, "--disable-userns"))
OPEN = Fence((*SPACES, *DROP, *AS_USER), closed=False)


@functools.cache
def best() -> Fence | None:
    fences = (DOUBLE, SINGLE, OPEN) if os.geteuid() == 0 else (SINGLE, OPEN)
    return next((fence for fence in fences if not refusal(fence)), None)


def refusal(fence: Fence = OPEN) -> str:
    """Why a box with these walls does not start; empty when it does."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed."
    options = [*fence.outer, *system(), *BARE, *fence.ready]
    argv = ["bwrap", *options, "--", *fence.words("probe"), "/usr/bin/env", "true"]
    try:
        told = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError) as failure:
        return f"bubblewrap could not be run: {failure}"
    return "" if told.returncode == 0 else f"bubblewrap could not start a box: {told.stderr.strip()[-300:]}"


def system() -> Iterator[str]:
    """The machine's own programs, laid out as they are on it."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))


def version() -> str:
    try:
        told = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
