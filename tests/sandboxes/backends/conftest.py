"""Boxes for tests: in a home of their own, under a lock that says the installation is alive."""

import asyncio
import fcntl
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from sandboxes import wire
from sandboxes.backends import base, docker, process
from sandboxes.wire import boxes


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Its name is longer than a socket's address may be."""
    folder = tmp_path / ("long" * 30)
    (folder / "run").mkdir(parents=True)
    with (folder / "run" / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


BY_PROCESS = pytest.param("process", marks=pytest.mark.box)
BY_ENGINE = pytest.param("docker", marks=pytest.mark.docker)


@pytest.fixture
def install() -> str:
    """Others may test on the same engine."""
    return f"tests-{secrets.token_hex(4)}"


@pytest.fixture
async def by_process(home: Path, install: str) -> AsyncIterator[process.ProcessBackend]:
    made = process.ProcessBackend(home, install)
    yield made
    await end_all(made, install)


@pytest.fixture
async def by_engine(home: Path, install: str) -> AsyncIterator[docker.DockerBackend]:
    made = docker.DockerBackend(home, install, boxes.address(), base_image=settings.SANDBOX_BASE_IMAGE)
    yield made
    await end_all(made, install)


async def end_all(backend: base.SandboxBackend, install: str) -> None:
    for owned in await backend.list_owned(install):
        await backend.destroy(owned.handle)


@pytest.fixture(params=[BY_PROCESS, BY_ENGINE])
def backend(request: pytest.FixtureRequest) -> base.SandboxBackend:
    """What is asked of it in the tests is asked of each kind."""
    made: base.SandboxBackend = request.getfixturevalue({"process": "by_process", "docker": "by_engine"}[request.param])
    return made


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
