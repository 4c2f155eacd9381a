"""The app's packages, installed in its box."""

import re

from agents.engine import steps
from agents.engine.context import Context
from agents.errors import AppBroken, Failure
from projects.services import files
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import install, lifecycle, sync

KEY = "install"
# The way to the packages failed, not the app: no change of its files would help.
_OUTSIDE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|name resolution"
    r"|Connect(?:ion|Timeout)Error|ReadTimeoutError|ProxyError"
)


def run(context: Context, key: str = KEY) -> None:
    steps.once(context, key, lambda _: _install(context), role="tester", title="Install")


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
        raise _failure(command)
    return sandbox


def _failure(command: Command) -> Failure:
    broken = AppBroken("install_failed", f"{command.title} failed (exit code {command.exit_code}).", command.output)
    if _OUTSIDE.search(command.output):
        return Failure("install_failed", broken.message, retryable=True)
    return broken
