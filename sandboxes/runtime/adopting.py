"""Takes up a box that still stands for a sandbox whose row has let go of it: an engine that was silent when it was to
end, a worker killed between row and box. The reaper ends such a box within a minute, so this is for operators at hand.

Nothing in it is taken for true: files are written and packages put in place as in a new box, which is all it saves.
"""

import logging
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from sandboxes.backends import base
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import states, waking
from sandboxes.runtime.boxes import stack_of
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

_STANDS = frozenset({"running", "paused"})


def adopt(sandbox_id: str) -> None:
    """The newest that stands; where there is none, or the row knows one, it is woken as ever."""
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(pk=sandbox_id, project__archived_at=None).first()
    if sandbox is None:
        return
    found = sorted(_standing(sandbox), key=lambda box: box.created_at) if not sandbox.handle else []
    if found:
        log.info("Box %s is taken up by sandbox %s.", found[-1].handle["id"], sandbox.pk)
        kept = {"stack": found[-1].labels["stack"], "isolation": found[-1].labels["isolation"]}
        handle = {**found[-1].handle, **kept}
        known: dict[str, Any] = {
            "handle": handle,
            "backend": found[-1].handle["backend"],
            "tree_hash": "",
            "port": None,
        }
        states.move(sandbox, SandboxState.READY, **known, touched_at=timezone.now())
    waking.wake(sandbox_id)


def _standing(sandbox: Sandbox) -> Iterator[base.OwnedRef]:
    """Of every back end that answers; of the kind that it needs now."""
    wanted = {"sandbox": str(sandbox.pk), "stack": stack_of(sandbox).name}
    for backend in boxes.every().values():
        try:
            owned = loop.call(backend.list_owned(boxes.install_id()), 60)
        except (base.Unavailable, TimeoutError):
            continue
        for box in owned:
            if box.state in _STANDS and wanted.items() <= box.labels.items():
                yield box
