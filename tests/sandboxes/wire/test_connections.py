"""One wire per loop and sandbox; a broken one is replaced once."""

import asyncio

import pytest

from sandboxes import wire
from sandboxes.backends import base
from tests.sandboxes.backends.conftest import backend, by_engine, by_process, handle, home, install, spec

__all__ = ["backend", "by_engine", "by_process", "handle", "home", "install", "spec"]


async def test_the_same_wire_is_given_again(backend: base.SandboxBackend, handle: base.Handle) -> None:
    several = await asyncio.gather(*(wire.connections.get("a", backend, handle) for _ in range(5)))
    assert len(set(map(id, several))) == 1
    await wire.connections.close()
    assert several[0].broken


async def test_a_broken_wire_is_opened_again(backend: base.SandboxBackend, handle: base.Handle) -> None:
    first = await wire.connections.get("a", backend, handle)
    first.link.writer.transport.abort()
    await first.running
    second = await wire.connections.get("a", backend, handle)
    assert second is not first
    assert (await second.exec(["echo", "again"], timeout=10)).output == "again\n"
    await wire.connections.drop("a")


async def test_a_box_that_is_gone_is_said_to_be(backend: base.SandboxBackend, handle: base.Handle) -> None:
    await wire.connections.get("a", backend, handle)
    await backend.destroy(handle)
    await wire.connections.drop("a")
    with pytest.raises(wire.Broken, match="The box is gone"):
        await wire.connections.get("a", backend, handle)


async def test_wires_of_boxes_that_others_ended_are_forgotten(
    backend: base.SandboxBackend, handle: base.Handle
) -> None:
    first = await wire.connections.get("ended", backend, handle)
    first.link.writer.transport.abort()
    await first.running
    await wire.connections.get("a", backend, handle)
    mine = wire.connections._mine()
    assert (set(mine.wires), set(mine.opening)) == ({"a"}, {"a"})
    await wire.connections.close()


def test_another_loop_has_its_own(backend: base.SandboxBackend, handle: base.Handle) -> None:
    async def mine() -> wire.Wire:
        return await wire.connections.get("a", backend, handle)

    there = wire.loop.call(mine(), timeout=20)
    here = asyncio.run(_once(backend, handle))
    assert here is not there
    assert not there.broken
    wire.loop.call(wire.connections.close(), timeout=20)


async def _once(backend: base.SandboxBackend, handle: base.Handle) -> wire.Wire:
    got = await wire.connections.get("a", backend, handle)
    await wire.connections.close()
    return got
