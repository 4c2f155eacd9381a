"""What a box keeps its programs from, and how far boxes of namespaces keep it where a container does.

The one source: `doctor` prints it, docs/boxes.md is made of it, and tests/attacks/test_promises.py tries every line on
every kind of box and finds what stands here, no more and no less. Against a fault in the kernel none of it helps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sandboxes.backends import fences


class Grade(Enum):
    HOLDS = "holds"
    WATCHED = "watched"
    """It can be done for a moment; then the watchdog beside the box sees it and ends it."""
    OPEN = "does not hold"


class Need(Enum):
    """Without it, a promise is graded otherwise."""

    ROOT = "Djinn runs as root"
    FILTER = "calls of the kernel can be filtered"
    CLOSED = "calls of the kernel can be filtered or bubblewrap is 0.8"
    KERNEL = "Linux is 5.14 or newer"


@dataclass(frozen=True)
class Promise:
    name: str
    cannot: str
    """What a program in a box cannot do."""
    by_process: Grade = Grade.HOLDS
    """Where boxes are made of namespaces. A container keeps all of them."""
    needs: Need | None = None
    otherwise: Grade = Grade.OPEN
    remark: str = ""


PROMISES = (
    Promise("files", "read or change the machine's files, devices or settings"),
    Promise("secrets", "read keys, projects or variables of the server"),
    Promise("rights", "become another user, mount, use raw sockets or load anything into the kernel"),
    Promise("namespaces", "make or join namespaces, where a kernel is weakest", needs=Need.CLOSED),
    Promise("processes", "see, signal or trace a process outside of its box"),
    Promise(
        "calls",
        "make calls of the kernel that no app needs: keyrings, bpf, perf, io_uring and the like",
        needs=Need.FILTER,
    ),
    Promise("network", "reach the machine, its network, the internet or a server of names"),
    Promise("downloads", "download but from the listed hosts, by HTTPS, while something is installed"),
    Promise("neighbours", "reach another box: its ports, sockets, memory or files"),
    Promise(
        "allowances",
        "use up what the kernel counts per user, such as watches of files, for another box",
        needs=Need.ROOT,
        remark="Only root can give each box a user of its own.",
    ),
    Promise(
        "memory",
        "take more memory than its share",
        by_process=Grade.WATCHED,
        remark="Looked at five times a second; the largest program is ended.",
    ),
    Promise("programs", "run more processes than its share", needs=Need.KERNEL, otherwise=Grade.WATCHED),
    Promise(
        "disk",
        "fill more of the disk than its share",
        by_process=Grade.WATCHED,
        remark="Measured every two seconds, on a slow disk less often; the box is ended.",
    ),
    Promise(
        "many files",
        "make more files than its share",
        by_process=Grade.WATCHED,
        remark="Counted when the disk is measured; the box is ended.",
    ),
    Promise("scratch", "fill more of /tmp and shared memory than its share"),
    Promise("descriptors", "open files and sockets without end"),
    Promise(
        "processor",
        "take more of the processor than its share",
        by_process=Grade.OPEN,
        remark="It takes what is free; where the processor is short it yields to the server.",
    ),
    Promise("output", "flood the server or its log with what it writes"),
    Promise("remains", "leave anything running when its command, its asker or its box has ended"),
)


def of(name: str) -> Promise:
    return next(promise for promise in PROMISES if promise.name == name)


def grade(promise: Promise, *, fence: fences.Fence, kernel: tuple[int, int] | None = None) -> Grade:
    """Of boxes with these walls on this machine."""
    if promise.needs is None or _MET[promise.needs](fence, kernel or fences.kernel()):
        return promise.by_process
    return promise.otherwise


_MET: dict[Need, Callable[[fences.Fence, tuple[int, int]], bool]] = {
    Need.ROOT: lambda fence, _: fence.own_user,
    Need.FILTER: lambda fence, _: fence.filtered,
    Need.CLOSED: lambda fence, _: fence.filtered or fence.closed,
    Need.KERNEL: lambda _, kernel: kernel >= fences.COUNTS_WITHIN,
}
