"""The app's packages, installed in its box."""

from agents.engine import steps
from agents.engine.context import Context
from agents.lifecycle.failures import Failure
from projects.services import files
from sandboxes.models import Sandbox
from sandboxes.runtime import install, lifecycle, sync

_TAIL = 1500


def run(context: Context) -> None:
    steps.once(context, "install", lambda _: _install(context), role="tester", title="Install")


def _install(context: Context) -> steps.Output:
    prepare(context)
    return {}


def prepare(context: Context) -> Sandbox:
    """A ready box whose tree is the job's and whose packages are the app's.

    Asking again costs little: a box that has everything is left as it is, a lost one is made anew.
    """
    changeset, sandbox = context.changeset(), context.sandbox()
    # Another job may have shown its own meanwhile, if this one failed and is tried again.
    lifecycle.show(sandbox, changeset)
    lifecycle.ensure(sandbox, should_stop=context.should_stop)
    context.heed()
    sync.sync(sandbox, files.working_manifest(changeset))
    command = install.install(sandbox, job_ref=context.job.pk, should_stop=context.should_stop)
    if command is not None and command.exit_code != 0:
        tail = command.output[-_TAIL:]
        raise Failure("install_failed", f"{command.title} failed (exit code {command.exit_code}).\n\n{tail}")
    return sandbox
