"""What else a program tries that wants out of its box, or wants more than its share; test_promises.py has the list."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandboxes import wire
from sandboxes.backends import base, docker
from tests.sandboxes.backends.conftest import backend, by_engine, by_process, handle, home, install, spec

__all__ = ["backend", "by_engine", "by_process", "handle", "home", "install", "spec"]


@pytest.fixture
async def box(backend: base.SandboxBackend, handle: base.Handle) -> AsyncIterator[wire.Wire]:
    attached = await wire.attach(backend, handle)
    yield attached
    await attached.close()


async def test_no_program_gives_more_rights_than_its_caller_has(box: wire.Wire) -> None:
    """In a container none is there; a box of namespaces shows the machine's own, which are powerless in it."""
    found = await box.exec(
        ["sh", "-c", "for f in $(find /bin /usr /opt -xdev -perm /6000 -type f 2>/dev/null); do $f -c id; done"],
        timeout=60,
    )
    assert "uid=0" not in found.output
    assert "euid" not in found.output


async def engine_of(backend: docker.DockerBackend, work: Any) -> Any:
    return await backend.engine.call(work, seconds=60)


@pytest.mark.docker
async def test_what_is_written_to_the_engines_log_is_bounded(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    handle = await by_engine.create(spec)
    box = await wire.attach(by_engine, handle)
    await box.exec(["sh", "-c", "yes 0123456789 | head -c 60000000 > /proc/1/fd/1"], timeout=60)
    kept = await engine_of(by_engine, lambda client: len(client.logs(by_engine._name(handle["id"]))))
    assert kept < 25_000_000
    await box.close()


@pytest.mark.docker
async def test_the_processor_is_shared(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    handle = await by_engine.create(spec)
    box = await wire.attach(by_engine, handle)
    before, loop = await by_engine.stats(handle), asyncio.get_running_loop()
    began = loop.time()
    await box.exec(
        ["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do timeout 3 sh -c 'while :; do :; done' & done; wait"], timeout=30
    )
    used = (await by_engine.stats(handle)).cpu_seconds - before.cpu_seconds
    assert used / (loop.time() - began) < 1.3
    await box.close()


@pytest.mark.docker
async def test_a_box_that_kills_its_agent_has_ended_itself(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    handle = await by_engine.create(spec)
    box = await wire.attach(by_engine, handle)
    script = "import os; os.kill(os.getppid(), 9)"
    with pytest.raises(wire.Broken):
        await box.exec(["python3", "-c", script], timeout=20)
    async with asyncio.timeout(20):
        while await by_engine.state(handle) == "running":
            await asyncio.sleep(0.05)
    with pytest.raises(wire.Broken, match="The box ended"):
        await wire.attach(by_engine, handle)
    await box.close()
