"""Which back end this machine has, and the wire to a sandbox's box. Every loss is told as SandboxLost."""

import functools
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from django.conf import settings

from sandboxes.backends import base, docker, engine, process
from sandboxes.errors import NoBackend, SandboxLost
from sandboxes.models import Sandbox
from sandboxes.wire import attaching, client, connections, egress, streams, values

_CHOICES = {"auto": ("docker", "process"), "docker": ("docker",), "process": ("process",)}
_GOOD_FOR = 60.0
_BAD_FOR = 10.0
_probed: dict[str, tuple[float, base.BackendInfo]] = {}


def install_id() -> str:
    """Boxes of this installation carry it; another one on the same machine has another."""
    told = f"boxes of {settings.SECRET_KEY} {settings.REDIS_PREFIX}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@functools.cache
def every() -> dict[str, base.SandboxBackend]:
    """Also those that are not chosen now: a box is reached through the back end that made it."""
    home, mine = settings.DJINN_HOME, install_id()
    return {
        "docker": docker.DockerBackend(home, mine, address(), base_image=settings.SANDBOX_BASE_IMAGE),
        "process": process.ProcessBackend(home, mine),
    }


def limits() -> base.Limits:
    """What the next box may use."""
    return base.Limits()


def address() -> engine.Address:
    return engine.Address(settings.DOCKER_HOST, settings.DOCKER_TLS_VERIFY, settings.DOCKER_CERT_PATH)


def of(handle: base.Handle) -> base.SandboxBackend:
    """A handle says who made it."""
    try:
        return every()[handle["backend"]]
    except KeyError as unknown:
        raise SandboxLost("The app's box was made in a way this program does not know.") from unknown


async def chosen() -> tuple[base.SandboxBackend, base.BackendInfo]:
    """Where the next box is made: the first that can do so at once, else the first that can be made able to.

    Asked again after a while, since engines come and go, images get built and people install things.
    """
    names = _CHOICES.get(settings.SANDBOX_BACKEND, ())
    found = [(every()[name], await _probe(name)) for name in names]
    able = [each for each in found if each[1].available]
    ready = [each for each in able if each[1].is_prepared]
    if first := next(iter(ready or able), None):
        return first
    reasons = tuple(reason for _, info in found for reason in info.reasons)
    raise NoBackend(reasons or ("SANDBOX_BACKEND is none.",))


async def probe() -> base.BackendInfo:
    """What can run boxes here."""
    try:
        return (await chosen())[1]
    except NoBackend as nothing:
        return base.BackendInfo("none", False, "none", reasons=nothing.reasons)


async def unprepared() -> list[base.SandboxBackend]:
    """Those of the choice that would be able to, were they prepared."""
    found = [(every()[name], await _probe(name)) for name in _CHOICES.get(settings.SANDBOX_BACKEND, ())]
    return [backend for backend, info in found if info.available and not info.is_prepared]


async def prepare(template: str, progress: Callable[[str], None]) -> None:
    """Have the next box of this kind find its packages; may take minutes the first time."""
    backend, info = await chosen()
    with losses():
        await backend.prepare(template, progress)
    if not info.is_prepared:
        forget()


def forget() -> None:
    """What was known of back ends turned out not to be true any more."""
    _probed.clear()


async def _probe(name: str) -> base.BackendInfo:
    known = _probed.get(name)
    if known is None or known[0] < time.monotonic():
        info = await every()[name].probe()
        good = info.available and info.is_prepared
        known = _probed[name] = (time.monotonic() + (_GOOD_FOR if good else _BAD_FOR), info)
    return known[1]


def handle_of(sandbox: Sandbox) -> base.Handle:
    """The row's handle keeps more than the back end's own two words."""
    if not sandbox.handle.get("id"):
        raise SandboxLost("The app has no box right now.")
    return {"backend": str(sandbox.handle["backend"]), "id": str(sandbox.handle["id"])}


async def usage(sandbox: Sandbox) -> base.Usage | None:
    """What its box takes of the machine, as the back end counts it. None of one that does not run."""
    handle = handle_of(sandbox)
    with losses():
        told = await of(handle).stats(handle)
    return told if told.processes else None


async def wire_to(sandbox: Sandbox) -> client.Wire:
    """This loop's wire to the box; a broken one is opened again."""
    handle = handle_of(sandbox)
    with losses():
        return await connections.get(handle["id"], of(handle), handle)


@asynccontextmanager
async def wire_with_downloads(sandbox: Sandbox, policy: egress.EgressPolicy) -> AsyncIterator[client.Wire]:
    """A wire of its own for one command that fetches packages; nothing gets out afterwards."""
    handle = handle_of(sandbox)
    with losses():
        wire = await attaching.attach(of(handle), handle, egress=policy)
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
