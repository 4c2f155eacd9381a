"""The protocol both ends share: credit, and a peer that breaks the rules loses only its own link."""

import asyncio
import socket
import struct

import pytest

from sandboxes.agent import agent
from tests.sandboxes.wire.conftest import Pair, pair

__all__ = ["pair"]


async def echo(channel: agent.Channel, request: agent.Message) -> agent.Message:
    while data := await channel.recv():
        await channel.send(data)
    await channel.end()
    return {"done": request["op"]}


async def read(channel: agent.Channel) -> bytes:
    whole = b""
    while data := await channel.recv():
        whole += data
    return whole


async def test_bytes_of_any_size_pass_both_ways(pair: Pair) -> None:
    pair.answer = echo
    channel = await pair.ours.open({"op": "echo"})
    sent = bytes(range(256)) * 8000

    async def send() -> None:
        await channel.send(sent)
        await channel.end()

    sending = asyncio.create_task(send())
    assert await read(channel) == sent
    await sending
    assert await channel.answer == {"done": "echo"}
    assert pair.ours.channels == {}


async def test_a_sender_waits_when_nobody_reads(pair: Pair) -> None:
    heard = asyncio.Event()

    async def deaf(channel: agent.Channel, request: agent.Message) -> agent.Message:
        await heard.wait()
        return {"got": len(await read(channel))}

    pair.answer = deaf
    channel = await pair.ours.open({"op": "deaf"})
    sending = asyncio.create_task(channel.send(bytes(agent.WINDOW * 2)))
    while channel.credit:
        await asyncio.sleep(0)
    assert not sending.done()
    heard.set()
    await sending
    await channel.end()
    assert await channel.answer == {"got": agent.WINDOW * 2}


async def test_a_full_channel_does_not_hold_up_another(pair: Pair) -> None:
    async def serve(channel: agent.Channel, request: agent.Message) -> agent.Message:
        if request["op"] == "flood":
            await channel.send(bytes(agent.WINDOW * 4))
        return {}

    pair.answer = serve
    await pair.ours.open({"op": "flood"})
    for _ in range(5):
        quick = await pair.ours.open({"op": "quick"})
        assert await asyncio.wait_for(quick.answer, 5) == {}


async def test_giving_up_a_channel_cancels_what_was_done_for_it(pair: Pair) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def wait(channel: agent.Channel, request: agent.Message) -> agent.Message:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return {}

    pair.answer = wait
    channel = await pair.ours.open({"op": "wait"})
    await started.wait()
    channel.close()
    await asyncio.wait_for(cancelled.wait(), 5)
    assert not pair.theirs.broken


async def test_whatever_goes_wrong_is_an_answer(pair: Pair) -> None:
    async def fail(channel: agent.Channel, request: agent.Message) -> agent.Message:
        if request["op"] == "refuse":
            raise agent.Refusal("Not today.")
        raise RecursionError("too deep")

    pair.answer = fail
    assert await (await pair.ours.open({"op": "refuse"})).answer == {"error": "Not today."}
    assert await (await pair.ours.open({"op": "fail"})).answer == {"error": "RecursionError: too deep"}


@pytest.mark.parametrize(
    "frame",
    [
        agent.HEADER.pack(agent.OPEN, 1, agent.MAX_FRAME + 1),
        agent.HEADER.pack(agent.DATA, 1, agent.CHUNK + 1),
        agent.HEADER.pack(99, 1, 0),
        agent.HEADER.pack(agent.OPEN, 1, 5) + b"junk!",
        agent.HEADER.pack(agent.OPEN, 1, 2) + b"[]",
        agent.HEADER.pack(agent.OPEN, 1, 60_000) + b"[" * 60_000,
        agent.HEADER.pack(agent.OPEN, 2, 2) + b"{}",
        (agent.HEADER.pack(agent.OPEN, 1, 2) + b"{}") * 2,
        b"".join(agent.HEADER.pack(agent.OPEN, 2 * n + 1, 2) + b"{}" for n in range(agent.MAX_CHANNELS + 1)),
        agent.HEADER.pack(agent.OPEN, 1, 2) + b"{}" + agent.HEADER.pack(agent.CREDIT, 1, 1) + b"x",
        agent.HEADER.pack(agent.OPEN, 1, 2)
        + b"{}"
        + (agent.HEADER.pack(agent.DATA, 1, agent.CHUNK) + bytes(agent.CHUNK)) * 5,
    ],
)
async def test_a_peer_that_breaks_the_rules_is_dropped(frame: bytes) -> None:
    async def wait(channel: agent.Channel, request: agent.Message) -> agent.Message:
        await asyncio.Event().wait()
        return {}

    here, there = socket.socketpair()
    link = agent.Link(*await asyncio.open_connection(sock=here), first=2, accept=wait)
    running = asyncio.create_task(link.run())
    reader, writer = await asyncio.open_connection(sock=there)
    writer.write(frame)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    await running
    assert link.broken
    assert link.channels == {}
    writer.close()


async def test_late_frames_of_a_closed_channel_are_ignored(pair: Pair) -> None:
    for kind in (agent.DATA, agent.CREDIT, agent.END, agent.NOTE, agent.RESULT, agent.CLOSE):
        await pair.ours.send(kind, 77, struct.pack(">I", 5))
    pair.answer = echo
    channel = await pair.ours.open({"op": "echo"})
    await channel.end()
    assert await channel.answer == {"done": "echo"}
