"""A terminal in an app's box: what it shows comes as bytes, everything else is JSON."""

import json
from urllib.parse import parse_qs

from django.urls import reverse
from pydantic import ValidationError

from projects import errors
from projects.enums import Ability
from projects.feed import guests
from projects.feed.consumer import Consumer
from projects.feed.rendering import Hint, Rendered
from projects.services import branches
from projects.threads import in_thread
from sandboxes.errors import NotPossible
from sandboxes.models import Sandbox
from sandboxes.schemas import terminal as said
from sandboxes.services import sandboxes
from sandboxes.terminals import open_ones
from sandboxes.terminals.shells import Shell
from sandboxes.wire import Size

_GONE = (guests.NOT_SIGNED_IN, guests.NOT_ALLOWED, guests.UNKNOWN)


class TerminalSocket(Consumer):
    """The page is told `opened` with the shell's name, `waiting`, `open` and `ended`; `moved` when another page took
    its place; `proposed` or `refused` when it wanted changes kept. A page that names its shell gets it again."""

    ability = Ability.EDIT
    most_bytes = 32 * 1024
    # A key that is held down says thirty a second.
    most_messages = 600

    _shell: Shell | None = None

    async def opened(self) -> None:
        await self.follow(None)  # whose bell tells that somebody's role has changed
        try:
            sandbox = await in_thread(self._sandbox)
        except errors.Missing:
            self.close(guests.UNKNOWN)
        asked, user = self._asked("shell"), self.guest.user
        found = open_ones.find(asked, sandbox, by=user)
        try:
            self._shell = found or open_ones.begin(sandbox, size=self._size(), by=user)
        except NotPossible as refused:
            await self._tell(type="ended", exit_code=None, text=str(refused))
            self.close()
        await self._tell(type="opened", shell=self._shell.name, again=found is not None, lost=bool(asked) and not found)
        if found:
            found.resize(self._size())
        async for news in self._shell.follow(self):
            await self.send(news if isinstance(news, bytes) else json.dumps(news))
        if not self._shell.has_ended:
            await self._tell(type="moved")
        self.close()

    async def received(self, text: str) -> None:
        try:
            command = said.SAID.validate_json(text)
        except ValidationError:
            await self._tell(type="error", text="This makes no sense to a terminal.")
            return
        match command, self._shell:
            case _, None:
                pass  # nothing to say it to yet
            case said.Typed(), shell:
                shell.type(command.text)
            case said.Resized(), shell:
                shell.resize(Size(command.rows, command.columns))
            case said.Proposed(), shell:
                await self.ask()  # a bell may be late
                await self._propose(shell)
            case said.Closed(), shell:
                shell.end()

    async def _propose(self, shell: Shell) -> None:
        try:
            changeset = await shell.propose(by=self.guest.user)
        except errors.Refusal as refused:
            await self._tell(type="refused", text=str(refused))
            return
        project = self.guest.project
        address = (
            reverse("projects:change", args=[project.owner.handle, project.slug, changeset.pk]) if changeset else ""
        )
        await self._tell(type="proposed", address=address)

    async def closed(self, code: int | None) -> None:
        """Who only went away may come back; who may not stay leaves nothing that runs."""
        if self._shell is not None:
            self._shell.leave(self)
            if code in _GONE:
                self._shell.end()

    def frame(self, event: Rendered) -> None:
        return None

    def hinted(self, hint: Hint) -> None:
        return None

    def _sandbox(self) -> Sandbox:
        branch = branches.find(self.guest.project, self._asked("branch") or branches.MAIN)
        return sandboxes.for_branch(branch)

    def _size(self) -> Size:
        rows, columns = (self._asked(name) for name in ("rows", "columns"))
        return Size(*(int(one) if one.isascii() and one.isdigit() and len(one) < 6 else 0 for one in (rows, columns)))

    def _asked(self, name: str) -> str:
        query: bytes = self.scope.get("query_string", b"")
        return parse_qs(query.decode("latin1")).get(name, [""])[0]

    async def _tell(self, **word: object) -> None:
        await self.send(json.dumps(word))
