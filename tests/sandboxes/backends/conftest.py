"""Boxes for tests: in a home of their own, under a lock that says the installation is alive."""

import asyncio
import fcntl
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from sandboxes import wire
from sandboxes.backends import base, process

INSTALL = "tests"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Its name is longer than a socket's address may be."""
    folder = tmp_path / ("long" * 30)
    (folder / "run").mkdir(parents=True)
    with (folder / "run" / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(params=["process"])
async def backend(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[base.SandboxBackend]:
    made = process.ProcessBackend(home, INSTALL)
    yield made
    for owned in await made.list_owned(INSTALL):
        await made.destroy(owned.handle)


@pytest.fixture
def spec() -> base.Spec:
    return base.Spec(id=f"test-{secrets.token_hex(6)}")


@pytest.fixture
async def handle(backend: base.SandboxBackend, spec: base.Spec) -> base.Handle:
    return await backend.create(spec)


@pytest.fixture
async def box(backend: base.SandboxBackend, handle: base.Handle) -> AsyncIterator[wire.Wire]:
    attached = await wire.attach(backend, handle)
    yield attached
    await attached.close()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


def alive(marker: str) -> list[int]:
    """Processes of this machine with the marker on their command line, whatever namespace they are in."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                words = Path("/proc", name, "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in words:
                found.append(int(name))
    return found
