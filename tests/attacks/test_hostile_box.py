"""A box whose agent was replaced: what it says reaches the host's processes as frames."""

import asyncio
import fcntl
import json
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from sandboxes import wire
from sandboxes.agent import agent
from sandboxes.backends import base, process
from sandboxes.wire import values

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HELLO = agent.encode({"version": agent.VERSION})
HANDLE: base.Handle = {"backend": "process", "id": "hostile"}


def frame(kind: int, number: int, payload: bytes = b"") -> bytes:
    return agent.HEADER.pack(kind, number, len(payload)) + payload


async def _kind(reader: asyncio.StreamReader) -> int:
    kind, _, length = agent.HEADER.unpack(await reader.readexactly(agent.HEADER.size))
    await reader.readexactly(length)
    return int(kind)


@asynccontextmanager
async def facing(tmp_path: Path, act: Act) -> AsyncIterator[wire.Wire]:
    """A wire to somebody who answers the first request, channel 1, with whatever `act` writes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(frame(agent.HELLO, 0, HELLO))
            while (await _kind(reader)) != agent.OPEN:
                pass
            await act(reader, writer)
        writer.close()

    back = process.ProcessBackend(tmp_path, "hostile")
    back.run.mkdir()
    server = await asyncio.start_unix_server(serve, back.run / "hostile.sock")
    attached = await wire.attach(back, HANDLE)
    try:
        yield attached
    finally:
        await attached.close()
        server.close()


def saying(*frames: bytes, again: int = 1) -> Act:
    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(again):
            for each in frames:
                writer.write(each)
            await writer.drain()
        await reader.read()

    return act


BREAKING = {
    "a frame of another world": frame(99, 1),
    "a frame beyond the longest": agent.HEADER.pack(agent.RESULT, 1, agent.MAX_FRAME + 1),
    "four gigabytes": agent.HEADER.pack(agent.DATA, 1, 2**32 - 1),
    "a request that is long": agent.HEADER.pack(agent.OPEN, 2, 1 << 20),
    "a note that is long": agent.HEADER.pack(agent.NOTE, 1, 1 << 20),
    "an answer that is no message": frame(agent.RESULT, 1, b"[1]"),
    "an answer that is not JSON": frame(agent.RESULT, 1, b"\xff"),
    "an answer too deep": frame(agent.RESULT, 1, b'{"a":' + b"[" * 200_000),
    "a number too long": frame(agent.RESULT, 1, b'{"a":' + b"9" * 50_000 + b"}"),
    "credit of three bytes": frame(agent.CREDIT, 1, b"abc"),
    "a channel of ours": frame(agent.OPEN, 1, b"{}"),
    "more data than it may": frame(agent.DATA, 1, bytes(agent.CHUNK)) * 5,
}


@pytest.mark.parametrize("said", BREAKING.values(), ids=BREAKING)
async def test_a_box_that_breaks_the_rules_is_dropped(tmp_path: Path, said: bytes) -> None:
    async with asyncio.timeout(20), facing(tmp_path, saying(said)) as attached:
        with pytest.raises(values.Broken):
            await attached.tree()


NONSENSE: dict[str, dict[str, object]] = {
    "no files": {},
    "files that are a list": {"files": ["a"]},
    "a path that leads up": {"files": {"../a": "0" * 64}},
    "an absolute path": {"files": {"/etc/passwd": "0" * 64}},
    "a digest that is none": {"files": {"a": "x"}},
    "a digest that is a number": {"files": {"a": 1}},
    "an endless path": {"files": {"a" * 5000: "0" * 64}},
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_a_tree_of_lies_is_refused(tmp_path: Path, answer: dict[str, object]) -> None:
    said = frame(agent.RESULT, 1, json.dumps(answer).encode())
    async with asyncio.timeout(20), facing(tmp_path, saying(said)) as attached:
        with pytest.raises(values.Refused):
            await attached.tree()


async def test_a_box_is_not_served_what_it_did_not_get(tmp_path: Path) -> None:
    """Without a policy on the wire nothing leaves, whatever is asked, and asking often breaks nothing."""
    heard: list[bytes] = []

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(2, 200, 2):
            asked = {"op": "egress", "host": "localhost", "port": 443} if number % 4 else {"op": "exec", "argv": ["id"]}
            writer.write(frame(agent.OPEN, number, agent.encode(asked)))
        await writer.drain()
        while b"".join(heard).count(b"does not serve") < 99:
            heard.append(await reader.read(65536))
        writer.write(frame(agent.RESULT, 1, b'{"files":{}}'))
        await reader.read()

    async with asyncio.timeout(20), facing(tmp_path, act) as attached:
        assert (await attached.tree()).files == {}


async def test_a_flood_about_channels_that_are_closed_does_not_stop_the_others(tmp_path: Path) -> None:
    flood = frame(agent.DATA, 9999, bytes(64)) * 200 + frame(agent.CREDIT, 9999, bytes(4)) * 200
    act = saying(*[flood] * 20, frame(agent.RESULT, 1, b'{"files":{}}'))
    async with asyncio.timeout(20), facing(tmp_path, act) as attached:
        assert (await attached.tree()).files == {}


async def test_credit_without_end_buys_no_more_than_the_window(tmp_path: Path) -> None:
    most = frame(agent.CREDIT, 1, b"\xff\xff\xff\xff")
    async with asyncio.timeout(20), facing(tmp_path, saying(most, again=50)) as attached:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await attached.tree()
        assert all(channel.credit <= agent.WINDOW for channel in attached.link.channels.values())


@pytest.mark.box
async def test_only_its_owner_reaches_the_socket_of_a_box(tmp_path: Path) -> None:
    """Whoever may connect may run commands in the box; the folder of the sockets keeps others out."""
    back = process.ProcessBackend(tmp_path, "hostile")
    handle = await back.create(base.Spec(id="closed"))
    try:
        assert stat.S_IMODE(back.run.stat().st_mode) == 0o700
        assert (back.run / "closed.sock").is_socket()
    finally:
        await back.destroy(handle)


@pytest.mark.box
async def test_files_without_number_end_the_box(tmp_path: Path) -> None:
    """Empty files take no room, and yet the host's file system has only so many places."""
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        back = process.ProcessBackend(tmp_path, "hostile")
        handle = await back.create(base.Spec(id="many", limits=base.Limits(files=500)))
        attached = await wire.attach(back, handle)
        try:
            with suppress(values.Broken):  # it may be ended before the command is
                await attached.exec(["sh", "-c", "seq 1000 | xargs touch"], timeout=20)
            async with asyncio.timeout(30):
                while await back.state(handle) == "running":
                    await asyncio.sleep(0.05)
            assert (await back.stats(handle)).note == "The app made more than 500 files."
        finally:
            await attached.close()
            await back.destroy(handle)
