"""Commands in a sandbox's box: ask for one, those that ran, and what they and the app's server wrote."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects.rest import Page, Paging, Request, Room, problems
from sandboxes import errors
from sandboxes.api.sandboxes import edited, seen
from sandboxes.schemas.sandboxes import BranchQuery, CommandOut, ExecIn, LogQuery, SandboxLogOut
from sandboxes.services import commands, logs

room = Room("commands")
problems.register(errors.NotPossible, "wrong_state")


@room.post("/projects/{uuid:project}/sandbox/exec", CommandOut, status=202, refuses=(409,))
def exec_in_sandbox(request: Request, project: UUID, of: Query[BranchQuery], body: ExecIn) -> Any:
    """Run a command in the box.

    A worker runs it; follow it under `sandbox/history/{command}`, or by `command_finished` among the events. The app's
    secrets are in its environment, and masked in what it writes. It reaches no network.
    """
    sandbox = edited(request, project, of.branch)
    return commands.ask(sandbox, body.argv, cwd=body.cwd, seconds=body.timeout, by=request.user)


@room.get("/projects/{uuid:project}/sandbox/history", Page[CommandOut])
def list_sandbox_history(request: Request, project: UUID, of: Query[BranchQuery], page: Query[Paging]) -> Any:
    """List the commands that ran in the sandbox, the newest first."""
    return page.of(request, commands.of(seen(request, project, of.branch)), by=("-started_at", "-id"))


@room.get("/projects/{uuid:project}/sandbox/history/{uuid:command}", CommandOut)
def read_sandbox_command(request: Request, project: UUID, command: UUID, of: Query[BranchQuery]) -> Any:
    """Read one command: how far it is, or how it ended."""
    return commands.find(seen(request, project, of.branch), command)


@room.get("/projects/{uuid:project}/sandbox/logs", SandboxLogOut)
def read_sandbox_log(request: Request, project: UUID, only: Query[LogQuery]) -> Any:
    """Read what the app's server wrote, or a command, from any place on.

    A sandbox that sleeps is not woken by it: then it is what was kept.
    """
    sandbox = seen(request, project, only.branch)
    command = commands.find(sandbox, only.command) if only.command else commands.server(sandbox)
    log = logs.read(sandbox, command, since=only.since)
    return {
        "command": command.pk if command else None,
        "live": log.live,
        "since": log.since,
        "next": log.next,
        "lines": logs.matching(log, only.words) if only.words else log.lines,
    }
