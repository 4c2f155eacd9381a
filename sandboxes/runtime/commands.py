"""A program run in a box: its row, its events, its lines as they come, and its end on request."""

import asyncio
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
from sandboxes.runtime import secrecy
from sandboxes.runtime.boxes import follow
from sandboxes.runtime.lines import Lines
from sandboxes.wire import EgressPolicy, ExecResult, Refused, boxes
from sandboxes.wire.egress import hosts_of

# Beyond the command's own time, which is kept inside the box.
_ANSWER_SECONDS = 60.0
_HINT_BYTES = 8000


@dataclass(frozen=True)
class Listener:
    """What the caller wants to know of a command, and how it says that it wants no more."""

    job_ref: UUID | None = None
    on_line: Callable[[str], None] | None = None
    should_stop: Callable[[], bool] | None = None

    def is_stopped(self) -> bool:
        return self.should_stop is not None and self.should_stop()


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
    masker = secrecy.masker(sandbox)
    lines, exit_code, note = Lines(masker), None, ""
    try:
        work = _execute(sandbox, argv, lines, env={**given, **(env or {})}, seconds=timeout, downloads=downloads)
        result = follow(
            work,
            timeout=timeout + _ANSWER_SECONDS,
            should_stop=listener.should_stop,
            on_tick=lambda: tell(sandbox, command, lines, listener),
        )
        exit_code = result.exit_code
        note = f"\nStopped: it took longer than {timeout:.0f} seconds." if result.timed_out else ""
    except Refused as refused:
        note = f"\n{masker.text(str(refused))}"
    except TimeoutError as silent:
        raise SandboxLost("The app's box does not answer.") from silent
    finally:
        tell(sandbox, command, lines, listener)
        finish(command, exit_code=exit_code, tail=(lines.tail() + note).strip())
    return command


def begin(sandbox: Sandbox, argv: Sequence[str], *, kind: CommandKind, title: str, job_ref: UUID | None) -> Command:
    with transaction.atomic():
        command = Command(sandbox=sandbox, kind=kind, title=title, argv=list(argv), job_ref=job_ref)
        feed.record(sandbox.project, "command_started", _payload(command), job_ref=job_ref, branch_id=sandbox.branch_id)
        command.save()
    return command


def finish(command: Command, *, exit_code: int | None, tail: str) -> None:
    """Settle it once; who comes second changes nothing."""
    ended, tail = timezone.now(), storable.text(tail)
    payload = {
        **_payload(command),
        "exit_code": exit_code,
        "seconds": round((ended - command.started_at).total_seconds(), 2),
        "tail": tail[-2000:],
    }
    rows = Command.objects.filter(pk=command.pk, state=CommandState.RUNNING)
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).filter(pk=command.sandbox.project_id).first()
        settled = {"state": CommandState.FINISHED, "exit_code": exit_code, "output": tail, "finished_at": ended}
        if project is None or not rows.update(**settled):
            return
        branch_id = command.sandbox.branch_id
        feed.record(project, "command_finished", payload, job_ref=command.job_ref, branch_id=branch_id)
    command.state, command.exit_code = CommandState.FINISHED, exit_code
    command.output, command.finished_at = tail, ended


def end_all(sandbox: Sandbox, *kinds: CommandKind) -> None:
    """What ran there runs no more: the box is gone, or the worker that had asked for it."""
    running = Command.objects.filter(sandbox=sandbox, state=CommandState.RUNNING, kind__in=kinds or CommandKind)
    for command in running.select_related("sandbox__project")[:100]:
        finish(command, exit_code=None, tail=command.output)


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


async def _execute(
    sandbox: Sandbox, argv: Sequence[str], lines: Lines, *, env: dict[str, str], seconds: float, downloads: bool
) -> ExecResult:
    if downloads:
        async with boxes.wire_with_downloads(sandbox, await policy(sandbox)) as wire:
            return await wire.exec(argv, env=env, timeout=seconds, on_output=lines.add)
    wire = await boxes.wire_to(sandbox)
    with boxes.losses():
        return await wire.exec(argv, env=env, timeout=seconds, on_output=lines.add)


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
