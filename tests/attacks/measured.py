"""What really stands in a box: each promise is broken in it, if that is possible, and graded by how that went.

What takes all there is, is tried with a small share; a weaker box has a share without end.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes import wire
from sandboxes.backends import base
from sandboxes.backends.promises import Grade
from tests.sandboxes.backends.conftest import alive, until

INSIDE = Path(__file__).with_name("inside.py")
SHARE = base.Limits(memory_mb=200, processes=40, disk_mb=32, files=400, scratch_mb=8)
NO_SHARE = base.Limits(memory_mb=8000, processes=5000, disk_mb=8000, files=1_000_000, scratch_mb=4000)
SECRET = "nobody-in-a-box-may-read-this"

EAT = "x = [bytearray(b'x' * (4 << 20)) for _ in range(100)]; import time; time.sleep(1); print('all')"
FORK = """
import os, time
for _ in range(60):
    try:
        if not os.fork(): time.sleep(2); os._exit(0)
    except OSError: print("refused"); break
else: print("all")
"""
FILL = """
import sys, time
try:
    with open(sys.argv[1], "wb") as file:
        for _ in range(int(sys.argv[2])): file.write(bytes(1 << 20)); file.flush()
    time.sleep(float(sys.argv[3])); print("all")
except OSError: print("refused")
"""
TOUCH = """
import time
try:
    for number in range(600): open(f"f{number}", "w").close()
    time.sleep(8); print("all")
except OSError: print("refused")
"""
OPEN = """
import os
try:
    for _ in range(8300): os.dup(0)
    print("all")
except OSError: print("refused")
"""
QUOTAS = """
from pathlib import Path
old, new = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup/cpu.max")
if new.exists(): given, period = new.read_text().split()
elif old.exists(): given, period = ((old / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
else: given = "max"
print("refused" if given.strip() not in ("max", "-1") and int(given) <= int(period) else "all")
"""


@dataclass
class Box:
    backend: base.SandboxBackend
    handle: base.Handle
    wire: wire.Wire

    async def run(self, script: str, *words: str, seconds: float = 30) -> Grade:
        """By what the script says of itself; who was ended has either met a limit or the watchdog."""
        try:
            said = await self.wire.exec(["python3", "-c", script, *words], timeout=seconds)
        except wire.Broken:
            await until(self._has_ended)
            return await self._watched()
        if "all" in said.output:
            return Grade.OPEN
        assert "refused" in said.output or said.exit_code < 0, said.output
        return await self._watched()

    async def _watched(self) -> Grade:
        return Grade.WATCHED if (await self.backend.stats(self.handle)).note else Grade.HOLDS

    async def _has_ended(self) -> bool:
        return await self.backend.state(self.handle) == "stopped"


@asynccontextmanager
async def made(backend: base.SandboxBackend, name: str, limits: base.Limits) -> AsyncIterator[Box]:
    handle = await backend.create(base.Spec(id=name, limits=limits))
    attached = await wire.attach(backend, handle)
    try:
        yield Box(backend, handle, attached)
    finally:
        await attached.close()
        await backend.destroy(handle)


@contextmanager
def victim() -> Iterator[int]:
    """A process of the machine that has something to hide."""
    with subprocess.Popen(["sleep", "300"], env={"KEY": SECRET}) as process:
        try:
            yield process.pid
        finally:
            process.kill()


async def tried(box: Box, given: dict[str, Any]) -> dict[str, list[str]]:
    """What a program in it wins of all that needs no more than to be tried."""
    await box.wire.write([wire.FileWrite("inside.py", INSIDE.read_bytes())])
    with victim() as pid:
        words = json.dumps({**given, "secret": SECRET, "victim": pid})
        said = await box.wire.exec(["python3", "inside.py", words], timeout=60)
    assert said.exit_code == 0, said.output
    won: dict[str, list[str]] = json.loads(said.output.splitlines()[-1])
    return won


async def shares(backend: base.SandboxBackend, limits: base.Limits) -> dict[str, Grade]:
    """What is ended by it comes last: a box of its own each, where the watchdog ends all of it."""
    found = {}
    async with made(backend, "shares", limits) as box:
        found["programs"] = await box.run(FORK)
        found["scratch"] = await box.run(FILL, "/tmp/x", "16", "0")
        found["descriptors"] = await box.run(OPEN)
        found["processor"] = await box.run(QUOTAS)
        found["memory"] = await box.run(EAT)
        await box.wire.exec(["rm", "-f", "/tmp/x"], timeout=20)
    async with made(backend, "disk", limits) as box:
        found["disk"] = await box.run(FILL, "x", "64", "8" if limits is SHARE else "0")
    async with made(backend, "many", limits) as box:
        found["many files"] = await box.run(TOUCH if limits is SHARE else TOUCH.replace("sleep(8)", "sleep(0)"))
    return found


async def output(box: Box, most: int) -> Grade:
    """A program that writes far more than anybody keeps."""
    said = await box.wire.exec(["head", "-c", "40M", "/dev/zero"], timeout=60, max_output=most)
    assert len(said.head) + len(said.tail) <= most
    return Grade.OPEN if said.exit_code == 0 else Grade.HOLDS


async def remains(backend: base.SandboxBackend, marker: str) -> Grade:
    """A program that has left its command's group, after its box is gone."""
    async with made(backend, "remains", SHARE) as box:
        await box.wire.exec(["sh", "-c", f"setsid sleep {marker} & setsid -f sleep {marker}"], timeout=20)
        assert alive(marker)
    return Grade.OPEN if alive(marker) else Grade.HOLDS


def without_any_box(script: str) -> bool:
    """Whether it gets all where nothing is in its way."""
    raised = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (8400, 8400))\n{script}"
    told = subprocess.run([sys.executable, "-c", raised], capture_output=True, text=True, timeout=60, check=False)
    return "all" in told.stdout
