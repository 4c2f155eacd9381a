"""What the app's server and the commands of a sandbox wrote, masked and within bounds."""

import time
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction

from projects import storable
from projects.masking import Masker
from sandboxes import tasks
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox, given
from sandboxes.wire import boxes, loop, service_logs

MOST_CHARS = 64 * 1024
_SECONDS = 5.0
_NAME = "serve"
_ASK_EVERY = 2.0
_MOST_ASKED = 2000
_asked: dict[UUID, float] = {}


@dataclass(frozen=True)
class Log:
    """`next` is where to read on. What does not grow any more, or cannot be asked now, is not `live`."""

    command: Command | None
    live: bool
    since: int
    next: int
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def read(sandbox: Sandbox, command: Command | None, *, since: int | None = 0) -> Log:
    """Of a server that runs its box is asked, at once and for a moment; of everything else the row tells.

    Where this process reaches no box, a worker is asked to keep what the server has said, for whoever reads on. Places
    in what is kept of a server are those of its bytes: where its letters take more than one, some are read twice.
    With None as the place to begin, it is the end that is told, where not all of it can be.
    """
    if command is None:
        return Log(None, False, since or 0, since or 0, "")
    if _is_running_server(sandbox, command):
        try:
            written = loop.call(_read_from_box(sandbox, since, given.masker(sandbox)), _SECONDS)
            return Log(command, True, written.since, written.next, storable.text(written.text))
        except (SandboxLost, TimeoutError):
            _have_it_kept(sandbox)
    return _kept(sandbox, command, since or 0)


def _have_it_kept(sandbox: Sandbox) -> None:
    """Once in a while per sandbox."""
    now = time.monotonic()
    if now - _asked.get(sandbox.pk, -_ASK_EVERY) < _ASK_EVERY:
        return
    if len(_asked) >= _MOST_ASKED:
        _asked.clear()
    _asked[sandbox.pk] = now
    transaction.on_commit(partial(tasks.keep_words.delay, str(sandbox.pk)))


def matching(log: Log, words: str) -> list[str]:
    """Its lines that say this, in whatever letters."""
    wanted = words.casefold()
    return [line for line in log.lines if wanted in line.casefold()]


def _is_running_server(sandbox: Sandbox, command: Command) -> bool:
    is_running = command.kind == CommandKind.SERVE and command.state == CommandState.RUNNING
    return is_running and sandbox.state == SandboxState.READY and bool(sandbox.handle)


async def _read_from_box(sandbox: Sandbox, since: int | None, masker: Masker) -> service_logs.Written:
    wire = await boxes.wire_to(sandbox)
    with boxes.losses():
        return await service_logs.read(wire, _NAME, since, masker, most=MOST_CHARS)


def _kept(sandbox: Sandbox, command: Command, since: int) -> Log:
    begin = max(since, command.skipped)
    text = command.output[begin - command.skipped :]
    is_still = command.kind == CommandKind.SERVE and sandbox.state != SandboxState.READY
    is_live = command.state != CommandState.FINISHED and not is_still
    return Log(command, is_live, begin, command.skipped + len(command.output), text)
