"""A page with a terminal in it: what it is told, and what it shows."""

import json
import re
from typing import Any

from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import ApplicationCommunicator

from projects.enums import Role
from projects.models import Member, User
from sandboxes.enums import CommandState
from sandboxes.models import Command, Sandbox
from sandboxes.routing import websocket_urlpatterns
from tests.projects.feed.sockets import ORIGIN, PATIENCE, Socket, cookie_of
from tests.sandboxes.backends.conftest import alive


class Page(Socket):
    """Reads words and bytes in the order in which they come."""

    def __init__(self, sandbox: Sandbox, headers: dict[str, str], **asked: object) -> None:
        query = "&".join(f"{name}={value}" for name, value in {"rows": 24, "columns": 80, **asked}.items())
        super().__init__(f"/ws/projects/{sandbox.project_id}/terminal/?{query}", {"origin": ORIGIN, **headers})
        self.wire = ApplicationCommunicator(URLRouter(websocket_urlpatterns), self.wire.scope)
        self.words: list[dict[str, Any]] = []
        self.shown = b""

    async def next(self) -> None:
        try:
            message = await self.wire.receive_output(PATIENCE)
        except TimeoutError:
            raise AssertionError((self.words, self.shown[-2000:])) from None
        assert message["type"] == "websocket.send", message
        if (data := message.get("bytes")) is not None:
            self.shown += data
        else:
            self.words.append(json.loads(message["text"]))

    async def told(self, kind: str) -> dict[str, Any]:
        while not (found := [word for word in self.words if word["type"] == kind]):
            await self.next()
        return found[-1]

    async def until(self, pattern: str) -> re.Match[bytes]:
        while not (found := re.search(pattern.encode(), self.shown)):
            await self.next()
        return found

    async def type(self, line: str) -> None:
        await self.say(json.dumps({"type": "typed", "text": line + "\r"}))

    async def resize(self, rows: int, columns: int) -> None:
        await self.say(json.dumps({"type": "resized", "rows": rows, "columns": columns}))


async def connected(sandbox: Sandbox, user: User, **asked_for: object) -> Page:
    page = Page(sandbox, {"cookie": await sync_to_async(cookie_of)(user)}, **asked_for)
    await page.open()
    return page


async def opened(sandbox: Sandbox, user: User, **asked_for: object) -> Page:
    """What is said before there is a shell is said to nobody."""
    page = await connected(sandbox, user, **asked_for)
    await page.told("opened")
    return page


async def row_of(sandbox: Sandbox) -> Command:
    return await Command.objects.select_related("asked_by").aget(sandbox=sandbox, kind="terminal")


async def is_finished(sandbox: Sandbox) -> bool:
    return (await row_of(sandbox)).state == CommandState.FINISHED


def member(sandbox: Sandbox, role: Role) -> User:
    user = User.objects.create_user(f"{role}@example.com", name=role.title())
    Member.objects.create(project=sandbox.project, user=user, role=role)
    return user


async def running(marker: str) -> bool:
    return bool(alive(marker))


async def gone(marker: str) -> bool:
    return not alive(marker)
