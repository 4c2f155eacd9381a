"""From nothing to a page that can be seen, for somebody who came to look."""

import logging
from collections.abc import Callable
from functools import partial

from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.packages import troubles
from sandboxes.runtime import boxes, install, lifecycle, serve, states, sync, turns
from sandboxes.runtime.commands import Listener

log = logging.getLogger(__name__)


# Whoever restarts an app waits for a look at it, not for all its packages; and wakes wait for the same threads.
_PATIENCE = 60.0


def wake(sandbox_id: str) -> None:
    """A job that is at it shows it, too."""
    _bring(sandbox_id, lambda sandbox: turns.take(sandbox, partial(_show, sandbox)))


def restart(sandbox_id: str) -> None:
    """Its server begins anew, whether it ran or not, once nobody else is at it."""
    _bring(sandbox_id, lambda sandbox: turns.wait(sandbox, partial(_show_anew, sandbox), patience=_PATIENCE))


def _bring(sandbox_id: str, show: Callable[[Sandbox], object]) -> None:
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(pk=sandbox_id, project__archived_at=None).first()
    if sandbox is None:
        return
    try:
        lifecycle.ensure(sandbox)
        if boxes.stack_of(sandbox).needs_box:
            show(sandbox)
    except SandboxLost as lost:
        # `ensure` has told everybody; anything after it is tried again by the next visit.
        log.info("The app of %s could not be woken: %s", sandbox.project_id, lost)


def _show_anew(sandbox: Sandbox) -> None:
    serve.stop(sandbox)
    _show(sandbox)


def _show(sandbox: Sandbox) -> None:
    if fault := _bring_up(sandbox):
        states.move(sandbox, SandboxState.FAILED, error=fault)


def _bring_up(sandbox: Sandbox) -> str:
    """What stands in the way of the app, or nothing."""
    sync.sync(sandbox, manifest_of(sandbox))
    installed = install.put_in_place(sandbox, Listener())
    if installed.exit_code != 0:
        trouble = troubles.of(installed.output, exit_code=installed.exit_code)
        return f"Its packages could not be installed. {trouble.sentence} {trouble.fix}\n{installed.output}"
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    return "" if ready.ok else f"{ready.excerpt}\n{ready.log_tail}"
