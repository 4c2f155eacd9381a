"""What every back end can do: start a box, pause it, end it, and give a byte stream into it.

Everything else goes over that stream (`sandboxes.wire`). Nothing here knows Django.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, TypedDict

BoxState: TypeAlias = Literal["running", "paused", "stopped", "gone"]
"""stopped: it ended by itself or was ended by the watchdog, and its remains are there to be destroyed."""

Isolation: TypeAlias = Literal["container-gvisor", "container", "namespace", "none"]


class Unavailable(Exception):
    """This back end cannot do what was asked; the sentence says why."""


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


@dataclass(frozen=True)
class Spec:
    """A box to be made. `template` is a folder of dependencies, seen read-only at /opt/template."""

    id: str
    template: Path | None = None
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
    """Every method may be called again without harm; a box that is gone is not an error."""

    name: str

    async def probe(self) -> BackendInfo: ...
    async def ensure_image(self, progress: Callable[[str], None]) -> None: ...
    async def create(self, spec: Spec) -> Handle: ...
    async def state(self, handle: Handle) -> BoxState: ...
    async def pause(self, handle: Handle) -> None: ...
    async def resume(self, handle: Handle) -> None: ...
    async def destroy(self, handle: Handle, *, grace: float = 2.0) -> None: ...
    async def connect(self, handle: Handle) -> Streams: ...
    async def list_owned(self, install_id: str) -> list[OwnedRef]: ...
    async def stats(self, handle: Handle) -> Usage: ...
