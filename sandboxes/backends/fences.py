"""Which kinds of walls this machine can build around a box, found by trying; the strongest is taken.

For root the walls are doubled: each box then runs as a user of the host's own that nothing else uses, so
one box cannot eat the allowances of another, and nothing that belongs to root belongs to it.
"""

import dataclasses
import functools
import os
import platform
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandboxes.backends import calls, ends

USER = 1000
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
AS_USER = ("--unshare-user", "--uid", str(USER), "--gid", str(USER))
SPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
DROP = ("--cap-drop", "ALL", "--die-with-parent", "--new-session")
BARE = ("--proc", "/proc", "--dev", "/dev", "--dir", "/tmp", "--dir", "/workspace")  # noqa: S108 — the box's own
CHANGE_USER = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
# Since this version the kernel counts a box's processes within the box.
COUNTS_WITHIN = (5, 14)


@dataclass(frozen=True)
class Fence:
    outer: tuple[str, ...]
    """Options of the bubblewrap that builds the box."""
    inner: tuple[str, ...] = ()
    """Words before the program: for root, a change of user and a second bubblewrap."""
    own_user: bool = False
    closed: bool = True
    """Nothing inside can make namespaces of its own, whatever filters its calls."""
    filtered: bool = True
    """Whether `calls` are refused."""

    def words(self, box: str) -> list[str]:
        """The innermost bubblewrap filters last: what it refuses, the walls could not be built without."""
        words = [word.replace("UID", str(user_of(box))) for word in self.inner]
        at = words.index("bwrap") + 1 if self.own_user else 0
        return [*words[:at], *(self.filter if self.own_user else ()), *words[at:]]

    @property
    def filter(self) -> tuple[str, ...]:
        """FILTER stands for a descriptor."""
        return ("--seccomp", "FILTER") if self.filtered else ()

    @property
    def outer_filter(self) -> tuple[str, ...]:
        return () if self.own_user else self.filter

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
    weaker = (dataclasses.replace(fence, filtered=False) for fence in fences)
    return next((fence for fence in (*fences, *weaker) if not refusal(fence)), None)


def refusal(fence: Fence = OPEN) -> str:
    """Why a box with these walls does not start; empty when it does."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed."
    if fence.filtered and platform.machine() not in calls.MACHINES:
        return "The calls of this processor's kernel are not known here."
    options = [*fence.outer, *system(), *BARE, *fence.ready]
    argv = ["bwrap", *fence.outer_filter, *options, "--", *fence.words("probe"), "/usr/bin/env", "true"]
    handle = ends.held(calls.program())
    try:
        argv = [str(handle) if word == "FILTER" else word for word in argv]
        told = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False, pass_fds=[handle])
    except (OSError, subprocess.SubprocessError) as failure:
        return f"bubblewrap could not be run: {failure}"
    finally:
        os.close(handle)
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


def kernel() -> tuple[int, int]:
    major, minor = platform.release().split(".")[:2]
    return int(major), int(minor)


def version() -> str:
    try:
        told = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
