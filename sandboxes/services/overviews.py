"""A sandbox as people and programs see it: where it stands, what it shows, and within which limits."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projects.enums import ChangeSetState
from projects.services import files
from sandboxes import stacks
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.services import sandboxes
from sandboxes.wire import boxes


@dataclass(frozen=True)
class Shown:
    version: int | None
    diff: UUID | None
    in_place: bool


@dataclass(frozen=True)
class Overview:
    """Of a branch that never had a sandbox what it would be."""

    id: UUID | None
    project: UUID
    branch: str
    state: str
    stack: str
    backend: str
    isolation: str
    port: int | None
    preview_url: str | None
    shows: Shown
    limits: dict[str, float]
    since: datetime | None
    used_at: datetime | None
    error: str


def of(sandbox: Sandbox) -> Overview:
    is_there, manifest = not sandbox._state.adding, manifest_of(sandbox)
    is_in_place = bool(sandbox.handle) and sandbox.tree_hash == files.tree_hash(manifest)
    return Overview(
        id=sandbox.pk if is_there else None,
        project=sandbox.project_id,
        branch=sandbox.branch.name,
        state=sandbox.state,
        stack=stacks.choose(sandbox.planned, manifest).name,
        backend=str(sandbox.handle.get("backend", "")),
        isolation=str(sandbox.handle.get("isolation", "")),
        port=sandbox.port,
        preview_url=sandboxes.preview_url(sandbox) if is_there else None,
        shows=_shown(sandbox, is_in_place=is_in_place),
        limits=dataclasses.asdict(boxes.limits()),
        since=sandbox.updated_at if is_there else None,
        used_at=sandbox.touched_at,
        error=sandbox.error,
    )


def _shown(sandbox: Sandbox, *, is_in_place: bool) -> Shown:
    head, changeset = sandbox.branch.head, sandbox.changeset
    is_open = changeset is not None and changeset.state == ChangeSetState.OPEN
    return Shown(
        version=head.number if head else None,
        diff=changeset.pk if changeset is not None and is_open else None,
        in_place=is_in_place,
    )
