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


def wake(sandbox_id: str) -> None:
    _bring(sandbox_id, _show)


def restart(sandbox_id: str) -> None:
    """Its server begins anew, whether it ran or not."""
    _bring(sandbox_id, _show_anew)


def _bring(sandbox_id: str, show: Callable[[Sandbox], None]) -> None:
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(pk=sandbox_id, project__archived_at=None).first()
    if sandbox is None:
        return
    try:
        lifecycle.ensure(sandbox)
        if boxes.stack_of(sandbox).needs_box:
            turns.take(sandbox, partial(show, sandbox))  # a job that is at it shows it, too
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
