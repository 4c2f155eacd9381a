"""What one box does to take all there is: the machine stays well, and the box beside it goes on answering."""

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sandboxes import wire
from sandboxes.backends import base
from tests.sandboxes.backends.conftest import backend, by_engine, by_process, home, install

__all__ = ["backend", "by_engine", "by_process", "home", "install"]

pytestmark = pytest.mark.timeout(120)

LIMITS = base.Limits(memory_mb=400, processes=80, disk_mb=128, files=20_000, scratch_mb=64)
SECONDS = 3.0
# A container's limit is the kernel's own; a watchdog looks every now and then. Others run on this machine, too.
MOST_MEMORY = {"docker": LIMITS.memory_mb + 1000, "process": 4000}
ATTACKS = {
    "processes": "import os\nwhile True:\n try: os.fork()\n except OSError: pass",
    "memory": "x = []\nwhile True: x.append(bytearray(b'x' * (8 << 20)))",
    "memory of many": (
        "import os\nfor _ in range(6): os.fork()\nx = []\nwhile True: x.append(bytearray(b'x' * (1 << 20)))"
    ),
    "disk": "n = 0\nwhile True:\n n += 1\n try: open(f'f{n}', 'wb').write(bytes(8 << 20))\n except OSError: pass",
    "files": (
        "import os\nn = 0\nwhile True:\n n += 1\n try: os.makedirs(f'd{n % 97}', exist_ok=True); "
        "open(f'd{n % 97}/f{n}', 'w').close()\n except OSError: pass"
    ),
    "scratch": (
        "n = 0\nwhile True:\n n += 1\n try: open(f'/tmp/f{n}', 'wb').write(bytes(4 << 20))\n except OSError: pass"
    ),
    "descriptors": "import os\nwhile True:\n try: os.dup(0)\n except OSError: pass",
    "watches": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nwhile True:\n w = libc.inotify_init()\n"
        " for n in range(1000): libc.inotify_add_watch(w, b'/tmp', 0xfff)"
    ),
    "processor": "import os\nfor _ in range(5): os.fork()\nwhile True: pass",
    "output": "import os\nwhile True: os.write(1, b'0123456789abcde\\n' * 4096)",
    "the engine's log": (
        "import os\nwhile True:\n try: fd = os.open('/proc/1/fd/1', os.O_WRONLY); os.write(fd, b'x' * 65536)\n"
        " except OSError: pass\n else: os.close(fd)"
    ),
    "sockets": (
        "import socket\nkept = []\nwhile True:\n try: kept.extend(socket.socketpair()); kept[-1].setblocking(False); "
        "kept[-1].send(b'x' * 65536)\n except OSError: pass"
    ),
}


class Seen(NamedTuple):
    answers: list[float]
    memory_mb: int
    disk_mb: int


@pytest.fixture
async def good(backend: base.SandboxBackend) -> AsyncIterator[wire.Wire]:
    box = await wire.attach(backend, await backend.create(base.Spec(id="good", limits=LIMITS)))
    yield box
    await box.close()


@pytest.mark.parametrize("attack", ATTACKS)
async def test_its_neighbour_and_the_machine_stay_well(
    backend: base.SandboxBackend, good: wire.Wire, attack: str, record_property: Callable[[str, object], None]
) -> None:
    handle = await backend.create(base.Spec(id="bad", limits=LIMITS))
    bad = await wire.attach(backend, handle)
    free = _free(), _room()
    await bad.spawn("attack", ["python3", "-c", ATTACKS[attack]])
    seen = await _watch(good)
    await backend.destroy(handle)
    await bad.close()
    taken, filled = free[0] - seen.memory_mb, free[1] - seen.disk_mb
    record_property(
        "figure",
        f"{backend.name:8} {attack:17} neighbour {statistics.median(seen.answers) * 1000:4.0f} ms, at most"
        f" {max(seen.answers) * 1000:4.0f}; of the machine {max(taken, 0):4} MB memory, {max(filled, 0):4} MB disk",
    )
    assert statistics.median(seen.answers) < 1.0
    assert taken < MOST_MEMORY[backend.name]
    assert filled < LIMITS.disk_mb + 2000


async def _watch(good: wire.Wire) -> Seen:
    """For a while, the neighbour is asked again and again."""
    answers, memory, disk = [], _free(), _room()
    clock = asyncio.get_running_loop().time
    began = clock()
    while clock() - began < SECONDS:
        asked = clock()
        told = await good.exec(["echo", "here"], timeout=20)
        answers.append(clock() - asked)
        assert told.output == "here\n"
        memory, disk = min(memory, _free()), min(disk, _room())
        await asyncio.sleep(0.05)
    return Seen(answers, memory, disk)


def _free() -> int:
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
    return int(line.split()[1]) >> 10


def _room() -> int:
    told = os.statvfs("/")
    return told.f_bavail * told.f_frsize >> 20
