"""A program at a pseudo terminal of a box, as its caller has it: bytes both ways, a size, an end."""

import asyncio
from collections.abc import Awaitable, Callable

from sandboxes.agent import agent
from sandboxes.wire import checks, values

Ask = Callable[..., Awaitable[agent.Message]]


class Terminal:
    """Made by `Wire.pty`. One task may read while another writes."""

    def __init__(self, channel: agent.Channel, ask: Ask) -> None:
        self.channel, self._ask = channel, ask

    async def recv(self) -> bytes:
        """What it shows next; empty when it has ended."""
        try:
            return await self.channel.recv()
        except agent.Detached as gone:
            raise values.Broken("The wire to the box is lost.") from gone

    async def send(self, data: bytes) -> None:
        """What is typed. Waits while the program takes none of it."""
        try:
            await self.channel.send(data)
        except agent.Detached as gone:
            raise values.Broken("The wire to the box is lost.") from gone

    async def resize(self, size: values.Size) -> None:
        await self._ask(op="resize", terminal=self.channel.number, **size.told)

    async def ended(self) -> values.Ended:
        """How it ended, once it has."""
        await asyncio.wait({self.channel.answer})
        return checks.ended(checks.answer(self.channel))
