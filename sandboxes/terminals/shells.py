"""One shell in a box, what it has shown of late, and the page that looks at it.

The page may go and come back: the shell waits for it for a while, and shows again what it had shown.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from django.db import DatabaseError

from projects import storable
from projects.masking import Masker, Stream
from projects.models import ChangeSet, User
from projects.threads import in_thread
from sandboxes.errors import NotPossible, SandboxLost
from sandboxes.models import Sandbox
from sandboxes.preview import visits
from sandboxes.runtime import pausing, secrecy
from sandboxes.terminals import keeping, readiness, records
from sandboxes.wire import Size, Terminal, Wire, boxes, values

log = logging.getLogger(__name__)

# Nothing of the machine's or of a person's is read when it begins; its folder is the app's.
ARGV = ("sh", "-c", r"command -v bash >/dev/null && PS1='\w \$ ' exec bash --norc; exec sh")
# No secrets: a shell lives through installs, whose scripts could read them there.
ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HISTFILE": ""}
SECONDS = 4 * 3600.0
# So long after a key was pressed, what runs there is still wanted; then the box may rest until the next one.
USED = 600.0
LEFT = 60.0
MOST_TYPED = 64 * 1024
_SHOWN = 128 * 1024
_AHEAD = 64 * 1024
_RATE = 512 * 1024
_CHUNK = 16 * 1024
# What may be the beginning of a secret waits so long for the rest.
_PAUSE = 0.05
_LOOK = 10.0
_PROPOSING = 60.0
_SENTENCE = 500

Word = dict[str, Any]


class Shell:
    def __init__(self, sandbox: Sandbox, *, size: Size, by: User) -> None:
        self.sandbox, self.size, self.by = sandbox, size, by
        self.name = secrets.token_urlsafe(16)
        self.state: Word = {"type": "waiting", "text": ""}
        self.viewer: object | None = None
        self._shown, self._start, self._seen = bytearray(), 0, 0
        self._typed, self._lost_input = bytearray(), False
        self._terminal: Terminal | None = None
        self._wire: Wire | None = None
        self._stream = Stream(Masker(()))
        self._changed = asyncio.Event()
        self._last_typed = self._left_at = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    @property
    def has_ended(self) -> bool:
        return bool(self.state["type"] == "ended")

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def end(self) -> None:
        """Whoever had it does not want it, or may not have it, any more."""
        if self._task:
            self._task.cancel()

    def type(self, text: str) -> None:
        """What nobody reads is kept up to a bound, and then lost: the page is told."""
        data = text.encode(errors="replace")
        self._last_typed = time.monotonic()
        if len(self._typed) + len(data) > MOST_TYPED:
            if self._terminal:
                self._tell("open", note="The program reads nothing at the moment: what was typed last is lost.")
            return
        self._typed += data
        self._notify()

    def resize(self, size: Size) -> None:
        self.size = size
        self._notify()

    async def propose(self, *, by: User) -> ChangeSet | None:
        """What was changed in the box; None where nothing was."""
        if self._wire is None:
            raise NotPossible("There is no shell at the moment.")
        try:
            async with asyncio.timeout(_PROPOSING):
                await self._use()
                return await keeping.propose(self.sandbox, self._wire, by=by)
        except TimeoutError:
            raise NotPossible("The box takes too long to tell what was changed.") from None
        except (SandboxLost, values.Refused) as lost:
            raise NotPossible(_said(lost)) from lost

    def leave(self, viewer: object) -> None:
        if self.viewer is viewer:
            self.viewer, self._left_at = None, time.monotonic()
            self._notify()

    async def follow(self, viewer: object) -> AsyncIterator[Word | bytes]:
        """From the beginning of what is still kept, to the end; it ends too when another page looks at it instead."""
        self.viewer, at, told = viewer, self._start, Word()
        self._seen = at
        self._notify()
        while self.viewer is viewer:
            at = max(at, self._start)  # what was dropped meanwhile is skipped
            if self.state is not told and not self.has_ended:
                told = self.state
                yield told
            elif data := bytes(self._shown[at - self._start : at - self._start + _CHUNK]):
                at += len(data)
                yield data
                self._seen = at
                self._notify()
            elif self.has_ended:
                yield self.state
                return
            else:
                await self._wait()

    async def _wait(self) -> None:
        changed = self._changed
        await changed.wait()

    def _notify(self) -> None:
        """Everybody who waits looks again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _tell(self, kind: str, **more: Any) -> None:
        self.state = {"type": kind, **more}
        self._notify()

    def _say(self, text: str) -> None:
        if text != self.state.get("text"):
            self._tell("waiting", text=text)

    async def _run(self) -> None:
        record, exit_code, note = None, None, ""
        try:
            wire = await readiness.wire_to(self.sandbox, say=self._say)
            # A row is ended with the box it was begun in, so there is none before.
            self.sandbox = await in_thread(_fresh, self.sandbox)
            masker = await in_thread(secrecy.masker, self.sandbox)
            record = await in_thread(records.begin, self.sandbox, masker, seconds=SECONDS, by=self.by)
            self._stream = Stream(masker)
            ended = await self._serve(wire, record)
            exit_code, note = ended.exit_code, "Its time is over." if ended.timed_out else ""
        except (NotPossible, SandboxLost, values.Refused, values.Broken) as lost:
            note = _said(lost)
        except Exception:
            log.exception("A terminal in the box of %s failed", self.sandbox.project_id)
            note = "It failed on our side."
        finally:
            # Also when it was ended from outside.
            self._tell("ended", exit_code=exit_code, text=note)
            if record:
                await asyncio.shield(_finish(record, exit_code, note))

    async def _serve(self, wire: Wire, record: records.Record) -> values.Ended:
        size = self.size
        with boxes.losses():
            async with wire.pty(ARGV, size=size, env=ENVIRONMENT, seconds=SECONDS) as terminal:
                self._terminal, self._wire = terminal, wire
                self._tell("open")
                try:
                    beside = (self._feed(terminal), self._fit(terminal, size), self._keep(record))
                    await _first(self._show(terminal, record), *beside)
                    return await terminal.ended()
                finally:
                    self._terminal = self._wire = None

    async def _show(self, terminal: Terminal, record: records.Record) -> None:
        """As fast as it is looked at, and no faster than anybody reads."""
        arriving = asyncio.ensure_future(terminal.recv())
        try:
            while True:
                if not (await asyncio.wait({arriving}, timeout=_PAUSE if self._stream.kept_back else None))[0]:
                    self._add(self._stream.pause(), record)
                    await asyncio.wait({arriving})
                data = arriving.result()
                self._add(self._stream.feed(data) if data else self._stream.end(), record)
                if not data:
                    return
                arriving = asyncio.ensure_future(terminal.recv())
                await asyncio.sleep(len(data) / _RATE)
                while self._start + len(self._shown) - self._seen > _AHEAD or self.viewer is None:
                    await self._wait()
        finally:
            arriving.cancel()

    def _add(self, data: bytes, record: records.Record) -> None:
        record.add(data)
        self._shown += data
        excess = max(0, len(self._shown) - _SHOWN)
        del self._shown[:excess]
        self._start += excess
        self._notify()

    async def _feed(self, terminal: Terminal) -> None:
        while True:
            while not self._typed:
                await self._wait()
            await self._use()
            data = bytes(self._typed[:_CHUNK])
            await terminal.send(data)
            del self._typed[: len(data)]

    async def _fit(self, terminal: Terminal, told: Size) -> None:
        """Beside what is typed: a box that rests answers neither, but a key has it go on."""
        while True:
            while self.size == told:
                await self._wait()
            told = self.size
            with contextlib.suppress(values.Broken, values.Refused):
                await terminal.resize(told)

    async def _use(self) -> None:
        """A box that rests goes on for a key."""
        with contextlib.suppress(DatabaseError):
            if not await visits.note(self.sandbox.pk):
                await in_thread(pausing.use, self.sandbox)

    async def _keep(self, record: records.Record) -> None:
        """Now and then: what it showed, that it is served, that it is used; until nobody has looked for a while."""
        while True:
            await asyncio.sleep(_LOOK)
            with contextlib.suppress(DatabaseError):  # another time, then
                await in_thread(record.keep, record.take())
                self._stream.masker = await in_thread(secrecy.masker, await in_thread(_fresh, self.sandbox))
                if self.viewer is not None and time.monotonic() - self._last_typed < USED:
                    await visits.note(self.sandbox.pk)
            if self.viewer is None and time.monotonic() - self._left_at > LEFT:
                self.end()


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Until one of them returns or fails; the others end with it."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        for task in (await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))[0]:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _finish(record: records.Record, exit_code: int | None, note: str) -> None:
    try:
        await in_thread(record.finish, record.take(), exit_code=exit_code, note=note)
    except DatabaseError:
        log.warning("The end of terminal %s is not written; the reaper does it.", record.command.pk)


def _said(lost: Exception) -> str:
    """In one line: a box may have put anything into it."""
    return storable.name(str(lost))[:_SENTENCE]


def _fresh(sandbox: Sandbox) -> Sandbox:
    found = Sandbox.objects.select_related("project", "branch").filter(pk=sandbox.pk).first()
    if found is None:
        raise SandboxLost("The app's sandbox was removed.")
    return found
