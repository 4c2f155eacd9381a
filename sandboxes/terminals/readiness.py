"""A box in which a shell can be opened: at once where there is one, else as soon as a worker has made it."""

import asyncio
import time
from collections.abc import Callable

from projects.threads import in_thread
from sandboxes import stacks
from sandboxes.enums import SandboxState
from sandboxes.errors import NotPossible, SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import pausing
from sandboxes.services import sandboxes
from sandboxes.wire import Wire, boxes

_PATIENCE = 240.0
_LOOK = 0.3
# Its server may have failed to start; there is a box all the same.
_HAS_BOX = (SandboxState.READY, SandboxState.PAUSED, SandboxState.FAILED)
_WORDS = {
    SandboxState.CREATING: "The app’s box is being made …",
    SandboxState.WAKING: "The app’s box is waking up …",
    SandboxState.STOPPING: "The app’s box is being put away …",
}
_ASKED = "The app’s box is asked for …"


async def wire_to(sandbox: Sandbox, *, say: Callable[[str], None]) -> Wire:
    """Its box may be gone while its row does not know it yet: then another is asked for, once."""
    found = await in_thread(_read, sandbox)
    lost = ""
    if _is_there(found):
        try:
            return await _attach(found)
        except SandboxLost:
            lost = str(found.handle["id"])
    say(_ASKED)
    return await _attach(await _wait(found, say, lost=lost))


async def _attach(sandbox: Sandbox) -> Wire:
    await in_thread(pausing.use, sandbox)
    return await boxes.wire_to(sandbox)


async def _wait(sandbox: Sandbox, say: Callable[[str], None], *, lost: str) -> Sandbox:
    """`sandbox` is as it was found before."""
    deadline = time.monotonic() + _PATIENCE
    await in_thread(sandboxes.request_box, sandbox)
    while time.monotonic() < deadline:
        await asyncio.sleep(_LOOK)
        found = await in_thread(_read, sandbox)
        if _is_there(found) and found.handle["id"] != lost:
            return found
        if found.state == SandboxState.FAILED and found.updated_at != sandbox.updated_at:
            raise SandboxLost(found.error)
        say(_WORDS.get(SandboxState(found.state), _ASKED))
    raise SandboxLost("No box was made for the app in time. Try again in a while.")


def _is_there(sandbox: Sandbox) -> bool:
    """With the app's files in it."""
    return sandbox.state in _HAS_BOX and bool(sandbox.handle) and bool(sandbox.tree_hash)


def _read(sandbox: Sandbox) -> Sandbox:
    related = ("project", "branch", "changeset")
    found = Sandbox.objects.select_related(*related).filter(pk=sandbox.pk, project__archived_at=None).first()
    if found is None:
        raise SandboxLost("The app's sandbox was removed.")
    if not stacks.choose(found.planned, manifest_of(found)).needs_box:
        raise NotPossible("This app is made of plain files: it has no box in which a command could run.")
    return found
