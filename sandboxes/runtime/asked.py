"""Commands that a person asked for: each is carried out once, by whichever worker takes it first."""

import logging
from datetime import datetime, timedelta
from functools import partial

from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import commands, install, lifecycle, secrecy, sync, turns
from sandboxes.runtime.commands import How, Listener

log = logging.getLogger(__name__)

# The message for it is good for 300 s; what nobody has taken by then nobody takes any more.
_WAITS = timedelta(seconds=330)
# Beyond its own time: for the answer, and for putting files and packages in place before.
_GRACE = timedelta(seconds=90)
_MOST = 200


def carry_out(command_id: str) -> None:
    related = ("sandbox__project", "sandbox__branch", "sandbox__changeset")
    waiting = Command.objects.select_related(*related).filter(pk=command_id, state=CommandState.QUEUED)
    command = waiting.filter(sandbox__project__archived_at=None).first()
    if command is None:
        return
    try:
        get_ready(command.sandbox)
        if commands.take(command):
            how = How(secrecy.environment(command.sandbox), float(command.seconds or 60), cwd=command.cwd)
            commands.carry_out(command.sandbox, command, how, Listener())
    except SandboxLost as lost:
        log.info("The command %s was not carried out: %s", command.pk, lost)
        commands.finish(command, exit_code=None, tail=str(lost))


def get_ready(sandbox: Sandbox) -> None:
    """A box that holds nothing yet is given the files and packages that a command may want."""
    lifecycle.ensure(sandbox)
    if sandbox.handle and not sandbox.tree_hash:
        turns.wait(sandbox, partial(_fill, sandbox))


def _fill(sandbox: Sandbox) -> None:
    sync.sync(sandbox, manifest_of(sandbox))
    install.put_in_place(sandbox, Listener())


def settle(now: datetime) -> None:
    """Those that nobody took, and those whose worker died over them."""
    unfinished = Command.objects.filter(kind=CommandKind.TOOL).exclude(state=CommandState.FINISHED)
    for command in unfinished.exclude(seconds=None).select_related("sandbox__project")[:_MOST]:
        late = now - command.started_at
        if command.state == CommandState.QUEUED and late > _WAITS:
            commands.finish(command, exit_code=None, tail="No worker took it in time. Ask for it again.")
        elif command.state == CommandState.RUNNING and late > timedelta(seconds=command.seconds or 0) + _GRACE:
            tail = f"{command.output}\nNobody knows how it ended: the worker that ran it is gone.".strip()
            commands.finish(command, exit_code=None, tail=tail, skipped=command.skipped)
