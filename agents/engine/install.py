"""The app's packages, installed in its box."""

from functools import partial

from agents.engine import output, steps
from agents.engine.context import Context
from agents.lifecycle.failures import Failure
from agents.models import Step
from projects.services import files
from sandboxes.models import Sandbox
from sandboxes.runtime import install, lifecycle, sync


def run(context: Context) -> None:
    steps.once(context, "install", lambda step: _install(context, step), role="tester", title="Install")


def _install(context: Context, step: Step) -> steps.Output:
    sandbox = prepare(context)
    return {"box": box_of(sandbox)}


def prepare(context: Context) -> Sandbox:
    """A ready box whose tree is the job's and whose packages are the app's."""
    sandbox = lifecycle.ensure(context.sandbox())
    sync.sync(sandbox, files.working_manifest(context.changeset()))
    command = install.install(
        sandbox,
        job_ref=context.job.pk,
        on_line=partial(output.hint, context),
        should_stop=context.should_stop,
    )
    if command is not None and command.exit_code != 0:
        raise Failure("install_failed", output.complaint("Installing packages failed", command))
    return sandbox


def box_of(sandbox: Sandbox) -> str:
    """Which box it was: a new one has to be prepared again."""
    return str(sandbox.handle.get("id", "")) if sandbox.handle else ""
