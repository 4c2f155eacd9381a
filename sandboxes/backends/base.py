"""What every back end can do: start a box, pause it, end it, and give a byte stream into it.

Everything else goes over that stream (`sandboxes.wire`). Nothing here knows Django.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, TypedDict

from sandboxes.backends import registries

BoxState: TypeAlias = Literal["running", "paused", "stopped", "gone"]
"""stopped: it ended by itself or was ended by the watchdog, and its remains are there to be destroyed."""

Isolation: TypeAlias = Literal["container-gvisor", "container", "namespace", "none"]


class Unavailable(Exception):
    """This back end cannot do what was asked; the sentence says why."""


NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def check_name(box: str) -> str:
    """A name becomes part of paths and of an engine's own names."""
    if not NAME.fullmatch(box):
        raise Unavailable(f"{box!r} cannot be the name of a box.")
    return box


class Handle(TypedDict):
    """Finds a box again from any process; may be stored as JSON."""

    backend: str
    id: str


@dataclass(frozen=True)
class Limits:
    memory_mb: int = 1536
    processes: int = 256
    disk_mb: int = 1024
    files: int = 250_000
    """Empty ones take no room and yet a place each in the host's file system."""
    scratch_mb: int = 256
    cpus: float = 1.0
    """Where the back end can keep to it."""


@dataclass(frozen=True)
class Spec:
    """A box to be made. The packages of a template, named as in `stacks`, are seen at /opt/templates/<name>."""

    id: str
    template: str = ""
    limits: Limits = field(default_factory=Limits)
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BackendInfo:
    name: str
    available: bool
    isolation: Isolation
    version: str = ""
    reasons: tuple[str, ...] = ()
    """Why it is not available, or what it cannot promise here; sentences for people."""
    programs: frozenset[str] = frozenset()
    """Of those that stacks may need: what a box finds."""
    is_prepared: bool = True
    """Whether a box can be made at once. Otherwise `prepare` comes first, and may take minutes."""


@dataclass(frozen=True)
class Usage:
    memory_bytes: int = 0
    processes: int = 0
    disk_bytes: int = 0
    cpu_seconds: float = 0.0
    note: str = ""
    """What the watchdog last did, as a sentence; empty when nothing."""


@dataclass(frozen=True)
class OwnedRef:
    handle: Handle
    state: BoxState
    created_at: datetime
    labels: Mapping[str, str]


Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class SandboxBackend(Protocol):
    """Every method may be called again without harm; a box that is gone is not an error.

    `list_owned` also tells the boxes that their installation lives; without it they end after a while.
    """

    name: str

    async def probe(self) -> BackendInfo: ...
    async def sources(self) -> registries.Registries: ...
    async def prepare(self, template: str, progress: Callable[[str], None]) -> None: ...
    async def create(self, spec: Spec) -> Handle: ...
    async def state(self, handle: Handle) -> BoxState: ...
    async def pause(self, handle: Handle) -> None: ...
    async def resume(self, handle: Handle) -> None: ...
    async def destroy(self, handle: Handle, *, grace: float = 2.0) -> None: ...
    async def connect(self, handle: Handle) -> Streams: ...
    async def list_owned(self, install_id: str) -> list[OwnedRef]: ...
    async def stats(self, handle: Handle) -> Usage: ...
