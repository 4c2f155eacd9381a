"""Two ends of a link in one process, joined by a socket pair."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from sandboxes.agent import agent


@dataclass
class Pair:
    """`ours` opens channels; `theirs` answers them with whatever the test sets as `answer`."""

    answer: agent.Accept
    ours: agent.Link = field(init=False)
    theirs: agent.Link = field(init=False)
    running: list[asyncio.Task[None]] = field(default_factory=list)

    async def accept(self, channel: agent.Channel, request: agent.Message) -> agent.Message:
        return await self.answer(channel, request)

    async def start(self) -> None:
        one, two = socket.socketpair()
        self.ours = agent.Link(*await asyncio.open_connection(sock=one), first=1, accept=_refuse)
        self.theirs = agent.Link(*await asyncio.open_connection(sock=two), first=2, accept=self.accept)
        self.running = [asyncio.create_task(link.run()) for link in (self.ours, self.theirs)]

    async def stop(self) -> None:
        for link in (self.ours, self.theirs):
            link.shut()
        await asyncio.wait(self.running, timeout=5)


async def _refuse(channel: agent.Channel, request: agent.Message) -> agent.Message:
    raise agent.Refusal("Nothing is served here.")


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    made = Pair(_refuse)
    await made.start()
    yield made
    await made.stop()
