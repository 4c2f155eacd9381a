"""The agent as a program: bound to a path, joined through standard input and output, attacked by one of its callers."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandboxes.agent import agent, connector
from sandboxes.wire import client, values

SCRIPT = [sys.executable, "-I", "-S", agent.__file__]
JOIN = [sys.executable, "-I", "-S", connector.__file__]


async def refuse(channel: agent.Channel, request: agent.Message) -> agent.Message:
    raise agent.Refusal("Nothing is served here.")


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    (tmp_path / "root").mkdir()
    socket = tmp_path / "agent.sock"
    options = ["--bind", str(socket), "--root", str(tmp_path / "root"), "--proxy", "0"]
    running = await asyncio.create_subprocess_exec(*SCRIPT, *options)
    async with asyncio.timeout(20):
        while not socket.exists():
            await asyncio.sleep(0.01)
    yield socket
    running.terminate()
    await running.wait()


@pytest.fixture
async def joined(path: Path) -> AsyncIterator[client.Wire]:
    """As under an engine that offers nothing but running a program in the box."""
    pipe = asyncio.subprocess.PIPE
    joining = await asyncio.create_subprocess_exec(*JOIN, str(path), stdin=pipe, stdout=pipe)
    assert joining.stdin
    assert joining.stdout
    link = agent.Link(joining.stdout, joining.stdin, first=1, accept=refuse)
    wire = client.Wire(link, asyncio.create_task(link.run()))
    assert await asyncio.wait_for(link.hello, 20) == {"version": agent.VERSION}
    yield wire
    await wire.close()
    assert await asyncio.wait_for(joining.wait(), 20) == 0


async def test_it_is_reached_through_standard_input_and_output(joined: client.Wire) -> None:
    content = bytes(range(256)) * 4000
    await joined.write([values.FileWrite("a/b", content)])
    assert await joined.read("a/b") == content
    assert (await joined.exec(["ls", "a"], timeout=20)).output == "b\n"


@pytest.mark.parametrize(
    "junk", [b"\xff" * 64, agent.HEADER.pack(agent.OPEN, 1, agent.MAX_FRAME + 1), b"GET / HTTP/1.1"]
)
async def test_a_hostile_caller_loses_only_its_own_link(path: Path, joined: client.Wire, junk: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(junk)
    await asyncio.wait_for(reader.read(), 20)
    assert reader.at_eof()
    writer.close()
    assert (await joined.exec(["echo", "unharmed"], timeout=20)).output == "unharmed\n"


@pytest.mark.parametrize("op", ["", "attached", "__init__", "exec", "write", "spawn", "logs", "read", "open", "signal"])
async def test_a_request_of_nonsense_is_refused(joined: client.Wire, op: str) -> None:
    with pytest.raises(values.Refused):
        await joined._ask(op=op, argv=5, files=[5], name=[], path=5, port="x")
    assert (await joined.exec(["echo", "unharmed"], timeout=20)).output == "unharmed\n"
