"""A program run in a box: its row, its events, its lines as they come, and its end on request."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from projects import feed, storable
from projects.models import Project
from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import pausing, secrecy
from sandboxes.runtime.boxes import Watch, follow
from sandboxes.runtime.lines import Lines
from sandboxes.wire import EgressPolicy, ExecResult, Refused, boxes
from sandboxes.wire.egress import hosts_of

# Beyond the command's own time, which is kept inside the box.
_ANSWER_SECONDS = 60.0
_HINT_BYTES = 8000
_KEEP_EVERY = 1.0


@dataclass(frozen=True)
class Listener:
    """What the caller wants to know of a command, and how it says that it wants no more."""

    job_ref: UUID | None = None
    on_line: Callable[[str], None] | None = None
    should_stop: Callable[[], bool] | None = None

    def is_stopped(self) -> bool:
        return self.should_stop is not None and self.should_stop()


@dataclass(frozen=True)
class How:
    """With what a command is run, and within what."""

    env: dict[str, str]
    seconds: float
    cwd: str = ""
    downloads: bool = False


def run(
    sandbox: Sandbox,
    argv: Sequence[str],
    *,
    kind: CommandKind,
    title: str,
    listener: Listener,
    timeout: float,
    env: dict[str, str] | None = None,
    downloads: bool = False,
) -> Command:
    """Run to the end. A stop kills its whole process group and raises Stopped. What downloads gets no secrets."""
    given = {} if downloads else secrecy.environment(sandbox)
    command = begin(sandbox, argv, kind=kind, title=title, job_ref=listener.job_ref)
    how = How({**given, **(env or {})}, timeout, downloads=downloads)
    return carry_out(sandbox, command, how, listener)


def carry_out(sandbox: Sandbox, command: Command, how: How, listener: Listener) -> Command:
    """From its beginning, which has been told, to its end."""
    masker, timeout = secrecy.masker(sandbox), how.seconds
    lines, exit_code, note = Lines(masker), None, ""
    so_far, watch = _SoFar(command, lines), Watch(sandbox)

    def on_tick() -> None:
        watch.look()
        tell(sandbox, command, lines, listener)
        so_far.keep()

    try:
        pausing.use(sandbox)
        result = follow(
            _execute(sandbox, command.argv, lines, how),
            timeout=timeout + _ANSWER_SECONDS,
            should_stop=listener.should_stop,
            on_tick=on_tick,
        )
        exit_code = result.exit_code
        note = f"\nStopped: it took longer than {timeout:.0f} seconds." if result.timed_out else ""
    except Refused as refused:
        note = f"\n{masker.text(str(refused))}"
    except TimeoutError as silent:
        raise SandboxLost("The app's box does not answer.") from silent
    finally:
        tell(sandbox, command, lines, listener)
        tail = lines.tail() + note
        before = len(tail) - len(tail.lstrip())
        finish(command, exit_code=exit_code, tail=tail.strip(), skipped=lines.skipped + before)
    return command


def take(command: Command) -> bool:
    """Begin one that somebody asked for; False when another has begun or ended it."""
    sandbox, began = command.sandbox, timezone.now()
    rows = Command.objects.filter(pk=command.pk, state=CommandState.QUEUED)
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).filter(pk=sandbox.project_id).first()
        if project is None or not rows.update(state=CommandState.RUNNING, started_at=began):
            return False
        feed.record(project, "command_started", _payload(command), branch_id=sandbox.branch_id)
    command.state, command.started_at = CommandState.RUNNING, began
    return True


def begin(
    sandbox: Sandbox,
    argv: Sequence[str],
    *,
    kind: CommandKind,
    title: str,
    job_ref: UUID | None,
    seconds: float | None = None,
) -> Command:
    """`seconds`: what is settled by itself when it has not ended long after."""
    with transaction.atomic():
        command = Command(sandbox=sandbox, kind=kind, title=title, argv=list(argv), job_ref=job_ref)
        command.seconds = None if seconds is None else math.ceil(seconds)
        feed.record(sandbox.project, "command_started", _payload(command), job_ref=job_ref, branch_id=sandbox.branch_id)
        command.save()
    return command


def finish(command: Command, *, exit_code: int | None, tail: str, skipped: int = 0) -> None:
    """Settle it once; who comes second changes nothing."""
    ended, tail = timezone.now(), storable.text(tail)
    payload = {
        **_payload(command),
        "exit_code": exit_code,
        "seconds": round((ended - command.started_at).total_seconds(), 2),
        "tail": tail[-2000:],
    }
    rows = Command.objects.filter(pk=command.pk).exclude(state=CommandState.FINISHED)
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).filter(pk=command.sandbox.project_id).first()
        settled = {"state": CommandState.FINISHED, "exit_code": exit_code, "output": tail, "finished_at": ended}
        settled["skipped"] = skipped
        if project is None or not rows.update(**settled):
            return
        branch_id = command.sandbox.branch_id
        feed.record(project, "command_finished", payload, job_ref=command.job_ref, branch_id=branch_id)
    command.state, command.exit_code = CommandState.FINISHED, exit_code
    command.output, command.skipped, command.finished_at = tail, skipped, ended


def end_all(sandbox: Sandbox, *kinds: CommandKind) -> None:
    """What ran there runs no more: the box is gone, or the worker that had asked for it."""
    running = Command.objects.filter(sandbox=sandbox, state=CommandState.RUNNING, kind__in=kinds or CommandKind)
    for command in running.select_related("sandbox__project")[:100]:
        finish(command, exit_code=None, tail=command.output, skipped=command.skipped)


def tell(sandbox: Sandbox, command: Command, lines: Lines, listener: Listener) -> None:
    """Pass on what was written since the last time."""
    fresh = lines.take()
    if not fresh:
        return
    for line in fresh if listener.on_line else ():
        listener.on_line(line)  # type: ignore[misc]  # checked one line above
    text = "\n".join(fresh)[-_HINT_BYTES:]
    hint = {"command": str(command.pk), "text": text}
    feed.hint(sandbox.project_id, "log_line", hint, branch_id=sandbox.branch_id)


class _SoFar:
    """Keeps what a command has written, once in a while, for whoever reads it before it ends."""

    def __init__(self, command: Command, lines: Lines) -> None:
        self.rows = Command.objects.filter(pk=command.pk, state=CommandState.RUNNING)
        self.lines, self.kept, self.at = lines, "", 0.0

    def keep(self) -> None:
        if time.monotonic() - self.at < _KEEP_EVERY:
            return
        self.at, said = time.monotonic(), self.lines.so_far()
        if said != self.kept:
            self.rows.update(output=said, skipped=self.lines.skipped)
            self.kept = said


async def _execute(sandbox: Sandbox, argv: Sequence[str], lines: Lines, how: How) -> ExecResult:
    asked: dict[str, Any] = {"cwd": how.cwd, "env": how.env, "timeout": how.seconds, "on_output": lines.add}
    if how.downloads:
        async with boxes.wire_with_downloads(sandbox, await policy(sandbox)) as wire:
            return await wire.exec(argv, **asked)
    wire = await boxes.wire_to(sandbox)
    with boxes.losses():
        return await wire.exec(argv, **asked)


async def policy(sandbox: Sandbox) -> EgressPolicy:
    """The registries that its box is set to, and nothing else."""
    with boxes.losses():
        found = await boxes.of(boxes.handle_of(sandbox)).sources()
    hosts = await asyncio.to_thread(hosts_of, found)
    return EgressPolicy(hosts=hosts, extra_cidrs=tuple(settings.SANDBOX_EGRESS_EXTRA_CIDRS))


def _payload(command: Command) -> dict[str, Any]:
    return {
        "command": str(command.pk),
        "kind": command.kind,
        "title": command.title,
        "job": str(command.job_ref or ""),
    }
