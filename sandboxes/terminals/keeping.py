"""What was changed in a box by hand, proposed to the project: its files are the truth, those of a box are not."""

from projects.enums import ChangeSetState
from projects.masking import Masker
from projects.models import ChangeSet, User
from projects.services import changesets, files, staging
from projects.store.trees import Manifest
from projects.threads import in_thread
from sandboxes.agent.agent import IGNORED
from sandboxes.errors import NotPossible, SandboxLost
from sandboxes.models import Sandbox, given
from sandboxes.runtime import sync
from sandboxes.wire import Refused, Wire, boxes

MOST_FILES = 200
MOST_BYTES = 4 << 20
TITLE = "Changed in a terminal"


async def propose(sandbox: Sandbox, wire: Wire, *, by: User) -> ChangeSet | None:
    """A change set of all that differs; None where nothing does."""
    found, manifest, masker = await in_thread(_as_it_is, sandbox)
    with boxes.losses():
        tree = await wire.tree()
        if tree.truncated:
            raise NotPossible("The box holds more files than can be looked at.")
        changed = sorted(path for path, digest in tree.files.items() if _differs(path, digest, manifest))
        gone = sorted(path for path in manifest if path not in tree.files and not _is_left_out(path))
        if len(changed) + len(gone) > MOST_FILES:
            raise NotPossible(f"More than {MOST_FILES} files were changed.")
        contents = await _read(wire, changed, masker)
    if not changed and not gone:
        return None
    changes = [(path, staging.Content(data, None)) for path, data in contents.items()]
    expected = {path: manifest[path].sha256 if path in manifest else "" for path in (*changed, *gone)}
    proposed = [*changes, *((path, None) for path in gone)]
    return await in_thread(changesets.propose, found.branch, proposed, by=by, title=TITLE, expected=expected)


async def _read(wire: Wire, paths: list[str], masker: Masker) -> dict[str, bytes]:
    """A secret that a program has written into a file stays there: who reads files need not know it."""
    contents: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in paths:
        try:
            contents[path] = await wire.read(path, left)
        except Refused as unread:
            raise NotPossible(f"What was changed cannot be taken along. {unread}") from unread
        left -= len(contents[path])
        if masker.data(contents[path]) != contents[path]:
            raise NotPossible(f"{path} holds one of the app's secrets.")
    return contents


def _as_it_is(sandbox: Sandbox) -> tuple[Sandbox, Manifest, Masker]:
    """What the box was given last has to be what the branch holds, or the work of others would look like a change."""
    related = ("project", "branch", "changeset")
    found = Sandbox.objects.select_related(*related).filter(pk=sandbox.pk).first()
    if found is None:
        raise SandboxLost("The app's sandbox was removed.")
    if found.changeset is not None and found.changeset.state == ChangeSetState.OPEN:
        raise NotPossible("The box shows a change that is not decided about yet. Decide about it first.")
    manifest = files.manifest(found.branch)
    if found.tree_hash != files.tree_hash(manifest):
        raise NotPossible("The box is just being given the project's files. Try again in a moment.")
    return found, manifest, given.masker(found)


def _differs(path: str, digest: str, manifest: Manifest) -> bool:
    return not _is_left_out(path) and (path not in manifest or manifest[path].sha256 != digest)


def _is_left_out(path: str) -> bool:
    """What a box does not tell of, and what an app writes for itself."""
    return path.startswith(sync.KEPT) or not IGNORED.isdisjoint(path.split("/"))
