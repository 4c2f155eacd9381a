"""Commands that a person asked for: each is carried out once, by whichever worker takes it first."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.models import duties as leases
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import commands, duties, install, lifecycle, secrecy, sync, turns
from sandboxes.runtime.commands import How, Listener
from sandboxes.wire import Refused

log = logging.getLogger(__name__)

# The message for it is good for 300 s; what nobody has taken by then nobody takes any more.
_WAITS = timedelta(seconds=330)
# Beyond its own time: for the answer, and for putting files and packages in place before.
_GRACE = timedelta(seconds=90)
_MOST = 200
_TITLE = 120


def carry_out(command_id: str) -> None:
    related = ("sandbox__project", "sandbox__branch", "sandbox__changeset")
    waiting = Command.objects.select_related(*related).filter(pk=command_id, state=CommandState.QUEUED)
    command = waiting.filter(sandbox__project__archived_at=None).first()
    if command is None:
        return
    try:
        if _begin(command):
            how = How(secrecy.environment(command.sandbox), float(command.seconds or 60), cwd=command.cwd)
            commands.carry_out(command.sandbox, command, how, Listener())
    except (SandboxLost, Refused) as lost:
        log.info("The command %s was not carried out: %s", command.pk, lost)
        commands.finish(command, exit_code=None, tail=str(lost))


def _begin(command: Command) -> bool:
    """Once its box is ready. That may take minutes, in which a lease tells that somebody is at it; whether it began."""
    began: list[bool] = []

    def prepare() -> None:
        try:
            get_ready(command.sandbox)
            began.append(commands.take(command))
        finally:
            leases.forget(_name(command))

    duties.once(_name(command), prepare, every=0.0)
    return any(began)


def _name(command: Command) -> str:
    return f"run {command.pk}"


def get_ready(sandbox: Sandbox) -> None:
    """A box that holds nothing yet is given the files and packages that a command may want."""
    lifecycle.ensure(sandbox)
    if sandbox.handle and not sandbox.tree_hash:
        turns.wait(sandbox, partial(_fill, sandbox))


def _fill(sandbox: Sandbox) -> None:
    sync.sync(sandbox, manifest_of(sandbox))
    install.put_in_place(sandbox, Listener())


def settle(now: datetime) -> int:
    """Those that nobody took, and those whose worker died over them; how many."""
    settled = 0
    unfinished = Command.objects.filter(kind=CommandKind.TOOL).exclude(state=CommandState.FINISHED)
    for command in unfinished.exclude(seconds=None).select_related("sandbox__project")[:_MOST]:
        late = now - command.started_at
        if command.state == CommandState.QUEUED and late > _WAITS and not leases.is_taken(_name(command)):
            commands.finish(command, exit_code=None, tail="No worker took it in time. Ask for it again.")
            leases.forget(_name(command))  # of a worker that died while it got the box ready
            settled += 1
        elif command.state == CommandState.RUNNING and late > timedelta(seconds=command.seconds or 0) + _GRACE:
            tail = f"{command.output}\nNobody knows how it ended: the worker that ran it is gone.".strip()
            commands.finish(command, exit_code=None, tail=tail, skipped=command.skipped)
            settled += 1
    return settled


def run(
    sandbox: Sandbox, argv: Sequence[str], *, title: str, cwd: str, seconds: float, say: Callable[[str], object]
) -> int:
    """Here and now, for whoever sits in front of it. The exit code as a shell gives it."""
    get_ready(sandbox)
    if not sandbox.handle:
        raise SandboxLost("This app is made of plain files: it has no box in which a command could run.")
    how = How(secrecy.environment(sandbox), seconds, cwd=cwd)
    masked = secrecy.masker(sandbox).text(title)[:_TITLE]
    command = commands.begin(sandbox, argv, kind=CommandKind.TOOL, title=masked, job_ref=None, seconds=seconds)
    said = 0

    def on_line(line: str) -> None:
        nonlocal said
        said += len(line) + 1
        say(line)

    commands.carry_out(sandbox, command, how, Listener(on_line=on_line))
    if rest := command.output[max(0, said - command.skipped) :].strip("\n"):  # a last line without an end
        say(rest)
    code = command.exit_code
    return 1 if code is None else code if code >= 0 else 128 - code
