"""Which back end this machine has, and the wire to a sandbox's box. Every loss is told as SandboxLost."""

import functools
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from django.conf import settings

from sandboxes.backends import base, process
from sandboxes.errors import NoBackend, SandboxLost
from sandboxes.models import Sandbox
from sandboxes.wire import attaching, client, connections, egress, streams, values

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
        raise NoBackend("This machine cannot run a box for the app. " + " ".join(info.reasons))
    return info


def handle_of(sandbox: Sandbox) -> base.Handle:
    """The row's handle keeps more than the back end's own two words."""
    if not sandbox.handle.get("id"):
        raise SandboxLost("The app has no box right now.")
    return {"backend": str(sandbox.handle["backend"]), "id": str(sandbox.handle["id"])}


async def wire_to(sandbox: Sandbox) -> client.Wire:
    """This loop's wire to the box; a broken one is opened again."""
    handle = handle_of(sandbox)
    with losses():
        return await connections.get(handle["id"], backend(), handle)


@asynccontextmanager
async def wire_with_downloads(sandbox: Sandbox, policy: egress.EgressPolicy) -> AsyncIterator[client.Wire]:
    """A wire of its own for one command that fetches packages; nothing gets out afterwards."""
    with losses():
        wire = await attaching.attach(backend(), handle_of(sandbox), egress=policy)
        try:
            yield wire
        finally:
            await wire.close()


@asynccontextmanager
async def port_of(sandbox: Sandbox, port: int) -> AsyncIterator[tuple[streams.Reader, streams.Writer]]:
    """A connection to a port of the box; nothing listening there is a loss, too."""
    wire = await wire_to(sandbox)
    with losses():
        try:
            reader, writer = await wire.open(port)
        except values.Refused as silent:
            raise SandboxLost(str(silent)) from silent
        try:
            yield reader, writer
        finally:
            writer.close()


@contextmanager
def losses() -> Iterator[None]:
    try:
        yield
    except (values.Broken, base.Unavailable) as gone:
        raise SandboxLost(str(gone)) from gone
