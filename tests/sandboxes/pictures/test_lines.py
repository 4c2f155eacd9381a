"""What Chromium says is read with a bound, also when it is not Chromium that speaks."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sandboxes.pictures import lines
from sandboxes.pictures.errors import NoPicture
from sandboxes.pictures.lines import Line


@asynccontextmanager
async def spoken(*messages: bytes) -> AsyncIterator[tuple[Line, socket.socket]]:
    """A line whose other end says this and nothing more."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=ours, limit=lines.MOST_MESSAGE)
    saying = asyncio.create_task(_say(theirs, messages))
    try:
        yield Line(reader, writer), theirs
    finally:
        saying.cancel()
        writer.close()
        theirs.close()


async def _say(theirs: socket.socket, messages: tuple[bytes, ...]) -> None:
    for message in messages:
        await asyncio.get_running_loop().sock_sendall(theirs, message)
    theirs.shutdown(socket.SHUT_WR)


def told(**message: Any) -> bytes:
    return json.dumps(message).encode() + b"\0"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"x" * (lines.MOST_MESSAGE + 100_000), id="without end"),
        pytest.param(b"no words\0", id="no words"),
        pytest.param(b"[1]\0", id="a list"),
        pytest.param(b"[" * 200_000 + b"\0", id="deep"),
        pytest.param(b"", id="nothing"),
        pytest.param(told(id=1, error={"message": "No."}), id="a refusal"),
    ],
)
async def test_what_is_no_answer_makes_no_picture(said: bytes) -> None:
    async with spoken(said) as (line, _):
        with pytest.raises(NoPicture):
            await line.ask("Page.enable")


async def test_a_dialog_is_answered_while_something_else_is_waited_for() -> None:
    dialog = told(method="Page.javascriptDialogOpening", params={"message": "Well?"}, sessionId="S")
    async with spoken(dialog, told(id=1, result={"data": "x"})) as (line, theirs):
        assert await line.ask("Page.captureScreenshot", "S") == {"data": "x"}
        asked, answered, _ = theirs.recv(10_000).split(b"\0")
    assert json.loads(asked)["method"] == "Page.captureScreenshot"
    assert json.loads(answered)["params"] == {"accept": False}


async def test_moments_and_answers_are_kept_and_a_crash_is_the_end() -> None:
    events = [
        told(
            method="Network.responseReceived", params={"type": "Document", "loaderId": "L", "response": {"status": 404}}
        ),
        told(method="Page.lifecycleEvent", params={"loaderId": "L", "name": "networkIdle"}),
        told(method="Inspector.targetCrashed", params={}),
    ]
    async with spoken(*events) as (line, _):
        await line.until(lambda: ("L", "networkIdle") in line.moments)
        assert line.statuses == {"L": 404}
        with pytest.raises(NoPicture, match="crashed"):
            await line.until(lambda: False)
