"""The box that Chromium runs in while it takes a picture. A page is somebody's program, and here it runs beside us.

The box has the walls of an app's box: no network, a user of its own, nothing of the machine but its programs. What the
page reaches is one listening socket, made inside and handed out to us before Chromium begins: we answer it.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandboxes.backends import bubblewrap, calls, ends, fences, toolchain

NAME = "camera"
MEMORY = 1 << 30
"""Of one process; of all together as much again is let, for a moment (`sandboxes.pictures.watching`)."""
_SCRATCH = 256 << 20
_PROCESSES = 1024
_SHOWN = ("/etc/fonts", "/etc/alternatives", "/etc/ld.so.cache", "/etc/chromium.d")
_NICER = "5"
_STARTER = """
import os, resource, socket, sys
line, port, data, processes = map(int, sys.argv[1:5])
for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, data), (resource.RLIMIT_NPROC, processes)):
    if most >= 0:
        resource.setrlimit(limit, (most, most))
ours = socket.socket(fileno=line)
door = socket.create_server(("127.0.0.1", port), backlog=64)
socket.send_fds(ours, [b"."], [door.fileno()])
door.close()
number = os.dup2(ours.fileno(), 30)
os.dup2(number, 3)
os.dup2(number, 4)
os.closerange(5, 64)
os.execv(sys.argv[5], sys.argv[5:])
"""


@dataclass(frozen=True)
class Room:
    fence: fences.Fence
    flags: tuple[str, ...]
    says: str


def all_of_them() -> list[Room]:
    """On this machine, none where it builds no walls."""
    fence = fences.best()
    return within(fence) if fence else []


def within(fence: fences.Fence) -> list[Room]:
    """The better first: in it Chromium builds its own walls around each page, inside of ours."""
    alone = Room(fence, ("--no-sandbox",), "in a box, without its own sandbox")
    return [Room(_roomy(fence), (), "in its own sandbox, inside of a box"), alone]


def _roomy(fence: fences.Fence) -> fences.Fence:
    """Chromium's walls are namespaces, too: they are let, and the calls that make them. The rest stays."""
    inner = _without(_without(fence.inner, "--disable-userns"), "--remount-ro", "/proc")
    outer = _without(fence.outer, "--disable-userns")
    return dataclasses.replace(fence, outer=outer, inner=inner, closed=False, filtered=False)


def _without(words: Sequence[str], *run: str) -> tuple[str, ...]:
    starts = (at for at in range(len(words)) if tuple(words[at : at + len(run)]) == run)
    at = next(starts, None)
    return tuple(words) if at is None else (*words[:at], *words[at + len(run) :])


def argv(
    room: Room, program: Path, *, line: int, options: int, refused: int, port: int, flags: Iterable[str]
) -> list[str]:
    """The numbers are descriptors: our line to Chromium, the options of the box, the filter of its calls."""
    python = [str(toolchain.find().python), "-I", "-S", "-c", _STARTER]
    processes = _PROCESSES if fences.kernel() >= fences.COUNTS_WITHIN else -1
    told = [str(number) for number in (line, port, MEMORY, processes)]
    walls = [*room.fence.outer_filter, "--", *room.fence.words(NAME)]
    words = ["nice", "-n", _NICER, "bwrap", "--args", str(options), *walls, *python, *told, str(program)]
    return [*(str(refused) if word == "FILTER" else word for word in words), *flags, *room.flags]


def options(room: Room, program: Path) -> int:
    """By descriptor: a command line could be read inside, with the machine's paths in it."""
    shown = [path for path in (*toolchain.find().shown, *_beside(program), *map(Path, _SHOWN)) if path.exists()]
    words = [*room.fence.outer, "--hostname", "camera", *fences.system(), "--proc", "/proc", "--dev", "/dev"]
    for path in ("/tmp", "/dev/shm"):  # noqa: S108 - the box's own
        words += ["--size", str(_SCRATCH), "--perms", "1777", "--tmpfs", path]
    words += ["--perms", "0755", "--dir", "/workspace", *bubblewrap.folders({path: path for path in shown})]
    words += [word for path in shown for word in ("--ro-bind", str(path), str(path))]
    words += [*_ready(room.fence), "--clearenv"]
    words += [word for name, value in _ENVIRONMENT.items() for word in ("--setenv", name, value)]
    return ends.held("\0".join(words).encode() + b"\0")


_ENVIRONMENT = {"HOME": "/tmp", "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}  # noqa: S108


def _ready(fence: fences.Fence) -> Iterator[str]:
    """Whoever makes namespaces has to say who is who in them, which is written below /proc."""
    for option, path in zip(fence.ready[::2], fence.ready[1::2], strict=True):
        if fence.closed or path != "/proc":
            yield from (option, path)


def _beside(program: Path) -> list[Path]:
    """Of one that lies outside of the system's own folder, what lies beside it."""
    return [] if program.is_relative_to(toolchain.SYSTEM) else [program.parent]


def filtered() -> int:
    return ends.held(calls.program())
