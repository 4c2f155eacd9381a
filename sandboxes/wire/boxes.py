"""Which back end this machine has, and the wire to a sandbox's box. Loses are told as SandboxLost."""

import functools
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from sandboxes.backends import base, process
from sandboxes.errors import NoBackend, SandboxLost
from sandboxes.models import Sandbox
from sandboxes.wire import client, connections

_PROBED_FOR = 60.0
_probed: tuple[float, base.BackendInfo] | None = None


def install_id() -> str:
    """Boxes of this installation carry it; another one on the same machine has another."""
    return hashlib.sha256(f"boxes of {settings.SECRET_KEY}".encode()).hexdigest()[:16]


@functools.cache
def backend() -> base.SandboxBackend:
    return process.ProcessBackend(settings.DJINN_HOME, install_id())


async def probe() -> base.BackendInfo:
    """What can run boxes here; asked again after a minute, since people install things."""
    global _probed  # noqa: PLW0603 — one machine, one answer
    if settings.SANDBOX_BACKEND == "none":
        return base.BackendInfo("none", False, "none", reasons=("SANDBOX_BACKEND is none.",))
    if _probed is None or time.monotonic() - _probed[0] > _PROBED_FOR:
        _probed = (time.monotonic(), await backend().probe())
    return _probed[1]


async def require() -> base.BackendInfo:
    info = await probe()
    if not info.available:
        raise NoBackend("Apps that need a box cannot run on this machine: " + " ".join(info.reasons))
    return info


def handle_of(sandbox: Sandbox) -> base.Handle:
    """The row's handle keeps more than the back end's own two words."""
    if not sandbox.handle.get("id"):
        raise SandboxLost("This app has no box right now.")
    return {"backend": sandbox.handle["backend"], "id": sandbox.handle["id"]}


async def wire_to(sandbox: Sandbox) -> client.Wire:
    """This loop's wire to the box, opened again once when it broke."""
    handle = handle_of(sandbox)
    with _losses():
        return await connections.get(handle["id"], backend(), handle, egress=policy())


@asynccontextmanager
async def port_of(sandbox: Sandbox, port: int) -> AsyncIterator[tuple[object, object]]:
    """A connection to a port of the box."""
    wire = await wire_to(sandbox)
    reader, writer = await wire.open(port)
    try:
        yield reader, writer
    finally:
        writer.close()
