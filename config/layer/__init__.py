"""The channel layer of the embedded shape: bells and hints between a few processes of one machine.

Listeners in this process get a message through memory, other processes through Unix datagrams. It may
lose a message (the event log is the truth) but never blocks, never grows and never waits for a dead process.
"""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

from config.layer.mailboxes import Mailboxes
from config.layer.post import Post

Message = dict[str, Any]

MOST_BYTES = 64 * 1024
TRIES = 40
PAUSE = 0.002


class DatagramLayer(BaseChannelLayer):
    extensions = ["groups", "flush"]

    def __init__(self, folder: str | Path, expiry: int = 60, capacity: int = 1000, **options: Any) -> None:
        super().__init__(expiry=expiry, capacity=capacity, **options)
        self.mailboxes = Mailboxes(capacity=capacity)
        self.post = Post(Path(folder), deliver=self._deliver)
        self.dropped = 0

    async def new_channel(self, prefix: str = "specific") -> str:
        # The name carries this process's address, so others can write to one channel of ours.
        return f"{prefix}.{self.post.address}!{secrets.token_hex(8)}"

    async def send(self, channel: str, message: Message) -> None:
        self.require_valid_channel_name(channel)
        home = channel.partition("!")[0].rpartition(".")[2]
        if "!" in channel and home != self.post.address:
            await self._mail({"channel": channel, "message": message}, to=[home])
        elif not self.mailboxes.put(channel, message):
            raise ChannelFull(channel)

    async def group_send(self, group: str, message: Message) -> None:
        self.require_valid_group_name(group)
        self.dropped += self.mailboxes.put_group(group, message)
        await self._mail({"group": group, "message": message}, to=self.post.others())

    async def receive(self, channel: str) -> Message:
        self.post.open()
        return await self.mailboxes.take(channel)

    async def group_add(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        self.post.open()
        self.mailboxes.join(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        self.mailboxes.leave(group, channel)

    async def flush(self) -> None:
        self.mailboxes.clear()

    async def close(self) -> None:
        self.post.close()

    async def _mail(self, letter: Message, *, to: list[str]) -> None:
        """A receiver's queue holds ten letters or so: a full one is tried again for a moment, then given up."""
        if not to:
            return
        payload = json.dumps(letter, separators=(",", ":")).encode()
        if len(payload) > MOST_BYTES:
            self.dropped += 1
            return
        for _ in range(TRIES):
            to = self.post.send(payload, to=to)
            if not to:
                return
            await asyncio.sleep(PAUSE)
        self.dropped += len(to)

    def _deliver(self, payload: bytes) -> None:
        try:
            letter = json.loads(payload)
            message = letter["message"]
        except (ValueError, KeyError, TypeError):
            return  # only our own processes can write here; a torn letter is one lost bell
        if "group" in letter:
            self.dropped += self.mailboxes.put_group(letter["group"], message)
        elif not self.mailboxes.put(letter["channel"], message):
            self.dropped += 1
