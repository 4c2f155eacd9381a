"""The row of a terminal: who opened it, how long it was, how it ended, and the last of what it showed.

A lease tells that somebody serves it: of one whose process died, the reaper writes the end.
"""

import threading

from django.db import transaction

from projects import storable
from projects.masking import Masker
from projects.models import Project, User
from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import NotPossible
from sandboxes.models import Command, Sandbox, duties
from sandboxes.runtime import asked, commands
from sandboxes.runtime.lines import Lines
from sandboxes.terminals.plain import Plain

MOST_IN_A_BOX = 4
MOST_OF_A_PERSON = 8
ENOUGH_IN_A_BOX = f"{MOST_IN_A_BOX} terminals are open in this app already. Close one of them."
ENOUGH_OF_A_PERSON = f"You have {MOST_OF_A_PERSON} terminals open already. Close one of them."
_LEASE = 60.0
_MOST_UNREAD = 64 * 1024


class Record:
    """`add` and `take` are for the loop, and quick; the others read what was taken, and wait for the database."""

    def __init__(self, command: Command, token: duties.Token, masker: Masker) -> None:
        self.command, self._token = command, token
        # Masked already: but what stood between the letters of a secret is gone here.
        self._plain, self._lines = Plain(), Lines(masker)
        self._unread, self._dropped = bytearray(), 0
        self._turn = threading.Lock()

    def add(self, data: bytes) -> None:
        """Only the last of it is kept in the end, so of more than anybody reads the beginning goes, by whole lines."""
        self._unread += data
        if len(self._unread) > _MOST_UNREAD:
            cut = self._unread.find(b"\n", len(self._unread) - _MOST_UNREAD) + 1 or len(self._unread)
            del self._unread[:cut]
            self._dropped += cut

    def take(self) -> bytes:
        """What was shown since the last time."""
        unread, self._unread = self._unread, bytearray()
        return bytes(unread)

    def keep(self, shown: bytes) -> None:
        """So far, for whoever reads it meanwhile."""
        with self._turn:
            self._read(shown)
            duties.keep(asked.lease_of(self.command), self._token, seconds=_LEASE)
            running = Command.objects.filter(pk=self.command.pk, state=CommandState.RUNNING)
            running.update(output=self._lines.so_far(), skipped=self._dropped + self._lines.skipped)

    def finish(self, shown: bytes, *, exit_code: int | None, note: str = "") -> None:
        with self._turn:
            self._read(shown)
            self._lines.add(self._plain.end().encode())
            parts = (self._lines.tail(), storable.name(note))
            tail, skipped = "\n".join(part for part in parts if part), self._dropped + self._lines.skipped
            commands.finish(self.command, exit_code=exit_code, tail=tail, skipped=skipped)
            duties.forget(asked.lease_of(self.command))

    def _read(self, shown: bytes) -> None:
        self._lines.add(self._plain.feed(shown).encode())
        self._lines.take()


def begin(sandbox: Sandbox, masker: Masker, *, seconds: float, by: User) -> Record:
    """One more, unless there are enough. Of those of one person there may be a few more, begun in several projects at
    once."""
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=sandbox.project_id)
        open_ones = Command.objects.filter(kind=CommandKind.TERMINAL, state=CommandState.RUNNING)
        if open_ones.filter(sandbox=sandbox).count() >= MOST_IN_A_BOX:
            raise NotPossible(ENOUGH_IN_A_BOX)
        if open_ones.filter(asked_by=by).count() >= MOST_OF_A_PERSON:
            raise NotPossible(ENOUGH_OF_A_PERSON)
        title = storable.name(f"Terminal of {by.name or by.handle}")[:120]
        kind = CommandKind.TERMINAL
        command = commands.begin(sandbox, (), kind=kind, title=title, job_ref=None, seconds=seconds, by=by)
        token = duties.take(asked.lease_of(command), seconds=_LEASE)
    if token is None:
        raise NotPossible("Another terminal has just been opened in its place.")
    return Record(command, token, masker)
