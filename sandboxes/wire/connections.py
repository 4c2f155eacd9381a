"""One attached wire per event loop and sandbox, opened when first needed and once again when broken."""

import asyncio
import weakref

from sandboxes.backends import base
from sandboxes.wire import attaching, client
from sandboxes.wire.egress import EgressPolicy


class _Connections:
    def __init__(self) -> None:
        self.wires: dict[str, client.Wire] = {}
        self.opening: dict[str, asyncio.Lock] = {}

    def forget_broken(self) -> None:
        """Other processes end boxes, too, and nobody tells us: without this, each would leave its wire here."""
        self.wires = {box: wire for box, wire in self.wires.items() if not wire.broken}
        self.opening = {box: lock for box, lock in self.opening.items() if lock.locked() or box in self.wires}


_of_loop: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Connections] = weakref.WeakKeyDictionary()


async def get(
    sandbox_id: str, backend: base.SandboxBackend, handle: base.Handle, *, egress: EgressPolicy | None = None
) -> client.Wire:
    """A working wire. Raises `Broken` when the box cannot be reached by a fresh one either."""
    mine = _mine()
    async with mine.opening.setdefault(sandbox_id, asyncio.Lock()):
        wire = mine.wires.get(sandbox_id)
        if wire is None or wire.broken:
            mine.forget_broken()
            wire = mine.wires[sandbox_id] = await attaching.attach(backend, handle, egress=egress)
        return wire


async def drop(sandbox_id: str) -> None:
    """Close what is open; for a box that is going away."""
    mine = _mine()
    mine.opening.pop(sandbox_id, None)
    if wire := mine.wires.pop(sandbox_id, None):
        await wire.close()


async def close() -> None:
    for sandbox_id in list(_mine().wires):
        await drop(sandbox_id)


def _mine() -> _Connections:
    return _of_loop.setdefault(asyncio.get_running_loop(), _Connections())
