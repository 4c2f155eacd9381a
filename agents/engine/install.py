"""The app's packages, installed in its box."""

from agents.engine import locking, steps
from agents.engine.context import Context
from agents.errors import AppBroken, Failure
from projects.services import files
from sandboxes.models import Command, Sandbox
from sandboxes.packages import troubles
from sandboxes.runtime import install, lifecycle, sync

KEY = "install"


def run(context: Context, key: str = KEY) -> None:
    steps.once(context, key, lambda _: _install(context), role="tester", title="Install")


def _install(context: Context) -> steps.Output:
    return locking.keep(context, prepare(context))


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
        raise failure_of(command)
    return sandbox


def failure_of(command: Command) -> Failure:
    """What is outside the app may pass by itself; all else can be put right in its files."""
    trouble = troubles.of(command.output)
    code = "" if command.exit_code is None else f" (exit code {command.exit_code})"
    title = " ".join((f"{command.title} failed{code}.", *([] if trouble is troubles.UNKNOWN else [trouble.sentence])))
    action = "" if trouble is troubles.UNKNOWN else trouble.fix
    broken = AppBroken("install_failed", title, command.output, user_action=action)
    if trouble.is_outside:
        return Failure("install_failed", broken.message, retryable=True, user_action=trouble.fix)
    return broken
