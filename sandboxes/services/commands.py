"""Commands of a sandbox: those that ran, and one more that somebody asks for. A worker carries it out."""

import shlex
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from projects import errors
from projects.models import User
from sandboxes import stacks, tasks
from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import NotPossible
from sandboxes.models import Command, Sandbox, given
from sandboxes.models.shown import manifest_of

MOST_SECONDS = 600
MOST_CWD = 240
# That nobody waits for so many one after another is as good as a limit on how many run at once.
MOST_AT_ONCE = 5
_TITLE = 120


def ask(sandbox: Sandbox, argv: Sequence[str], *, cwd: str = "", seconds: int, by: User) -> Command:
    """Have it run in the sandbox's box, which is woken or made for it."""
    if not stacks.choose(sandbox.planned, manifest_of(sandbox)).needs_box:
        raise NotPossible("This app is made of plain files: it has no box in which a command could run.")
    title = given.masker(sandbox).text(shlex.join(argv))[:_TITLE]
    command = Command(sandbox=sandbox, kind=CommandKind.TOOL, title=title, argv=list(argv), cwd=cwd, seconds=seconds)
    command.state, command.asked_by = CommandState.QUEUED, by
    with transaction.atomic():
        Sandbox.objects.select_for_update(no_key=True).get(pk=sandbox.pk)
        asked = of(sandbox).filter(kind=CommandKind.TOOL).exclude(seconds=None).exclude(state=CommandState.FINISHED)
        if asked.count() >= MOST_AT_ONCE:
            raise NotPossible(f"{MOST_AT_ONCE} commands run or wait here already. Wait for one of them to end.")
        command.save()
        transaction.on_commit(partial(tasks.carry_out.delay, str(command.pk)))
    return command


def of(sandbox: Sandbox) -> "QuerySet[Command]":
    """All that ran, by whomever it was asked for."""
    return Command.objects.filter(sandbox_id=sandbox.pk).select_related("asked_by")


def find(sandbox: Sandbox, command_id: UUID) -> Command:
    found = of(sandbox).filter(pk=command_id).first()
    if found is None:
        raise errors.Missing("There is no such command.")
    found.sandbox = sandbox
    return found


def server(sandbox: Sandbox) -> Command | None:
    """The newest start of the app's server."""
    return of(sandbox).filter(kind=CommandKind.SERVE).order_by("-started_at").first()
