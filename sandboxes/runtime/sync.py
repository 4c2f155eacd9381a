"""Makes the files in a box those of a tree: exactly, or one by one while they are being written."""

import logging
from collections.abc import Iterable, Iterator
from functools import partial

from projects.services import files
from projects.store.trees import Manifest
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.packages import locks
from sandboxes.runtime import boxes, lifecycle, pausing, pushes
from sandboxes.wire import FileWrite, Refused, Wire

log = logging.getLogger(__name__)

_BATCH = 4 * 1024 * 1024
# What an app wrote for itself at run time, where its framework says so, and an install of itself until a job takes it
# along: not part of any tree.
_KEPT = ("instance/", locks.PATH)
_ROUNDS = 5
# A paused box is woken by it.
_SYNCED = (SandboxState.READY, SandboxState.PAUSED)


def sync(sandbox: Sandbox, manifest: Manifest) -> str:
    """Write and delete the difference; afterwards the box holds exactly this tree. Gives its hash.

    An app can make its box such that this cannot be done: links for folders, folders for files, more than
    can be listed. Such a box is put away: the next one starts from the project's files alone.
    """
    if sandbox.handle:
        pausing.use(sandbox)
    pushes.settle(sandbox)
    tree_hash = files.tree_hash(manifest)
    if sandbox.handle:
        try:
            _make_equal(sandbox, manifest)
        except (SandboxLost, Refused) as failed:
            lifecycle.put_away(sandbox, SandboxState.SLEEPING)
            raise SandboxLost(f"The app's box does not take its files: {failed}") from failed
    sandbox.tree_hash = tree_hash
    Sandbox.objects.filter(pk=sandbox.pk).update(tree_hash=tree_hash)
    return tree_hash


def push(sandbox: Sandbox, path: str, content: bytes | None) -> None:
    """Show one file as soon as it is written; None removes it. What is lost here, `sync` makes good."""
    if sandbox.handle and sandbox.state in _SYNCED:
        pausing.use_often(sandbox)
        pushes.push(sandbox, path, content)


def refresh(sandbox_id: str) -> None:
    """Bring a ready box to what it is meant to show.

    Two at once may overtake each other, so each looks afterwards: the one with the newer tree stays the last word.
    """
    shown = ""
    for _ in range(_ROUNDS):
        sandbox = Sandbox.objects.select_related("project", "branch", "changeset").filter(pk=sandbox_id).first()
        if sandbox is None or sandbox.state not in _SYNCED or not sandbox.handle:
            return
        manifest = manifest_of(sandbox)
        if files.tree_hash(manifest) == shown:
            return
        try:
            shown = sync(sandbox, manifest)
        except SandboxLost as lost:
            log.info("A box could not be brought up to date; it will be when it wakes: %s", lost)
            return


def _make_equal(sandbox: Sandbox, manifest: Manifest) -> None:
    present = _present(sandbox)
    stale = [path for path, entry in manifest.items() if present.get(path) != entry.sha256]
    gone = [path for path in present if path not in manifest and not path.startswith(_KEPT)]
    _write(sandbox, manifest, stale, gone)


def _present(sandbox: Sandbox) -> dict[str, str]:
    tree = boxes.ask(sandbox, lambda wire: wire.tree(), timeout=60)
    if tree.truncated:
        raise SandboxLost("The app's box holds more files than can be looked at.")
    return tree.files


def _write(sandbox: Sandbox, manifest: Manifest, stale: list[str], gone: list[str]) -> None:
    """Deletes come first: a folder may have to make room for a file of its name."""
    if gone:
        boxes.ask(sandbox, lambda wire: wire.write([], gone), timeout=60)
    for batch in _batches(manifest, stale):
        boxes.ask(sandbox, partial(_put, batch), timeout=60)


async def _put(batch: list[FileWrite], wire: Wire) -> None:
    await wire.write(batch)


def _batches(manifest: Manifest, paths: Iterable[str]) -> Iterator[list[FileWrite]]:
    batch: list[FileWrite] = []
    size = 0
    wanted = {path: manifest[path] for path in paths}
    for file in files.read_all(wanted):
        batch.append(FileWrite(file.path, file.content, file.executable))
        size += len(file.content)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
