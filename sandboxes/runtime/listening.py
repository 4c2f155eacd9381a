"""Listens to what a running app's server says of itself, and keeps what went wrong.

Asked for when a visitor met a failure. Each byte is read once: how far is kept with the server's command, and what is
said while a job writes over the app is nobody's concern but the job's.
"""

import time
from functools import partial

from django.db import transaction

from projects.enums import ChangeSetState
from projects.masking import Masker
from projects.models import Project
from sandboxes.console import complaining
from sandboxes.console.complaining import Found
from sandboxes.enums import CommandKind, SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import boxes, complaints, secrecy
from sandboxes.runtime.lines import Lines
from sandboxes.wire import Refused, Wire

NAME = "serve"
_MOST_BYTES = 256 * 1024
_LOOKS, _LOOK = 8, 0.15


def listen(sandbox_id: str) -> None:
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(pk=sandbox_id, state=SandboxState.READY).first()
    server = _server(sandbox) if sandbox is not None and sandbox.handle else None
    if sandbox is None or server is None:
        return
    try:
        offset, found = _hear(sandbox, server)
    except (SandboxLost, Refused):
        return
    is_written_over = sandbox.changeset is not None and sandbox.changeset.state == ChangeSetState.OPEN
    _keep(sandbox, server, offset, [] if is_written_over else found)


def _hear(sandbox: Sandbox, server: Command) -> tuple[int, list[Found]]:
    """A failure is answered before all that is said of it has come: until there is something, and then no more."""
    read = partial(_read, server.heard, secrecy.masker(sandbox))
    offset, lines = boxes.ask(sandbox, read)
    for _ in range(_LOOKS):
        time.sleep(_LOOK)
        before, (offset, lines) = offset, boxes.ask(sandbox, read)
        if offset == before and complaints.find(lines):
            break
    return offset, complaints.find(lines)


def forget_so_far(sandbox: Sandbox, offset: int) -> None:
    """The app was seen to run: what its server said on the way there is past."""
    server = _server(sandbox)
    if server is not None:
        Command.objects.filter(pk=server.pk).update(heard=offset)


def _server(sandbox: Sandbox) -> Command | None:
    return Command.objects.filter(sandbox=sandbox, kind=CommandKind.SERVE).order_by("-started_at").first()


async def _read(since: int, masker: Masker, wire: Wire) -> tuple[int, list[str]]:
    lines, offset, size = Lines(masker), since, 0
    async for chunk in wire.logs(NAME, since, follow=False):
        offset, size = chunk.offset + len(chunk.data), size + len(chunk.data)
        if size <= _MOST_BYTES:
            lines.add(chunk.data)
    whole, last = lines.take(), lines.tail().split("\n")[-1:]
    return offset, whole if last == whole[-1:] else [*whole, *last]


def _keep(sandbox: Sandbox, server: Command, offset: int, found: list[Found]) -> None:
    """1. Who locks the project may tell.
    2. Of two that read the same, the one that moves the mark counts it.
    """
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).filter(pk=sandbox.project_id).first()
        mark = Command.objects.filter(pk=server.pk, heard=server.heard)
        if project is None or not mark.update(heard=offset):
            return
        complaining.keep(project, sandbox, found, tree_hash=sandbox.tree_hash)
