"""A program at the JSON socket: it says commands and reads the answers."""

import json
from typing import Any

from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import ApplicationCommunicator

from agents.models import Job, Message
from agents.routing import websocket_urlpatterns
from agents.services import jobs
from projects import feed
from projects.services import tokens
from tests.people import People
from tests.projects.feed.sockets import ORIGIN, Socket, cookie_of


class Program(Socket):
    """Says commands and reads the answers."""

    def __init__(
        self, project_id: object, headers: dict[str, str], *subprotocols: str, address: str = "/ws/projects/{}/"
    ) -> None:
        super().__init__(address.format(project_id), headers)
        scope = {**self.wire.scope, "subprotocols": list(subprotocols)}
        self.wire = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:  # noqa: A002 - the contract's word
        await self.say(json.dumps({"type": type, "id": type, **fields}))
        return await self.frame()


async def connect(people: People, role: str = "owner", *subprotocols: str) -> Program:
    cookie = await sync_to_async(cookie_of)(people.by_role(role))
    program = Program(people.project.pk, {"origin": ORIGIN, "cookie": cookie}, *subprotocols)
    await program.open()
    return program


async def with_token(people: People, *scopes: str) -> Program:
    _, secret = await sync_to_async(tokens.create)(user=people.owner, name="x", scopes=list(scopes))
    program = Program(people.project.pk, {"authorization": f"Bearer {secret}"})
    await program.open()
    return program


async def started(people: People, text: str = "A shelf") -> Job:
    return await sync_to_async(jobs.start)(project=people.project, text=text, by=people.owner)


async def trace(people: People) -> tuple[int, int, int]:
    seq = await sync_to_async(feed.last_seq)(people.project.pk)
    return await Job.objects.acount(), await Message.objects.acount(), seq
