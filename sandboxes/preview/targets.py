"""What stands behind a label right now, remembered for a second."""

import time
from dataclasses import dataclass

from channels.db import database_sync_to_async

from projects.services import files
from projects.store.trees import Manifest
from sandboxes import stacks
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.preview import work

_TTL = 1.0
_MOST = 2000
_known: dict[str, tuple[float, "Target | None"]] = {}


@dataclass(frozen=True)
class Target:
    sandbox: Sandbox
    stack: stacks.Stack
    manifest: Manifest
    is_under_way: bool

    @property
    def is_static(self) -> bool:
        return not self.stack.needs_box


async def find(label: str) -> Target | None:
    known = _known.get(label)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    target: Target | None = await database_sync_to_async(_load)(label)
    if len(_known) >= _MOST:
        _known.clear()
    _known[label] = (time.monotonic() + _TTL, target)
    return target


def forget(label: str) -> None:
    """Something about it turned out not to be true any more."""
    _known.pop(label, None)


async def read(target: Target, path: str) -> bytes:
    content: bytes = await database_sync_to_async(files.read)(target.manifest, path)
    return content


def _load(label: str) -> Target | None:
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(label=label, project__archived_at=None).first()
    if sandbox is None:
        return None
    manifest = manifest_of(sandbox)
    stack = stacks.choose(sandbox.project.template, manifest)
    return Target(sandbox, stack, manifest, work.is_under_way(sandbox))
