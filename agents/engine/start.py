"""The app's server, started in its box and looked at until it answers."""

from functools import partial

from agents.engine import install, output, steps
from agents.engine.context import Context
from agents.lifecycle.failures import Failure
from projects.services import files
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle, serve, sync

_READY_WITHIN = 60.0


def run(context: Context) -> None:
    steps.once(context, "start", lambda step: _start(context), role="tester", title="Start")


def _start(context: Context) -> steps.Output:
    sandbox = _box(context)
    command = serve.start(
        sandbox,
        job_ref=context.job.pk,
        on_line=partial(output.hint, context),
        should_stop=context.should_stop,
    )
    ready = serve.wait_ready(sandbox, timeout=_READY_WITHIN, should_stop=context.should_stop)
    if not ready.ok:
        said = ready.log_tail or ready.excerpt or "It said nothing."
        raise Failure("start_failed", f"The app did not answer with a page.\n\n{said}")
    return {"status": ready.status, "box": install.box_of(sandbox), "command": str(command or "")}


def _box(context: Context) -> Sandbox:
    """The box of the install step, or a new one prepared again when that one is gone."""
    sandbox = lifecycle.ensure(context.sandbox())
    installed = context.job.steps.get(key="install").output
    if installed.get("box") != install.box_of(sandbox):
        return install.prepare(context)
    sync.sync(sandbox, files.working_manifest(context.changeset()))
    return sandbox
