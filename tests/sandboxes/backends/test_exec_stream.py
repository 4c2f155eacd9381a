"""The engine's frames, however they are cut, and its answers to being asked for a way in."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandboxes.backends import base, engine, exec_stream

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n"


def frame(kind: int, payload: bytes) -> bytes:
    return exec_stream.HEADER.pack(kind, len(payload)) + payload


@asynccontextmanager
async def engine_that(tmp_path: Path, serve: Serve) -> AsyncIterator[engine.Address]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len('{"Detach": false, "Tty": false}'))
        await serve(reader, writer)
        writer.close()

    server = await asyncio.start_unix_server(answer, tmp_path / "e.sock")
    yield engine.Address(f"unix://{tmp_path}/e.sock")
    server.close()


async def test_frames_cut_anywhere_are_the_same_bytes(tmp_path: Path) -> None:
    parts = [bytes([n]) * n for n in range(1, 200)]
    whole = UPGRADED + b"".join(frame(1, part) + frame(2, b"aside") for part in parts) + frame(1, b"")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left, dice = whole, random.Random(1)
        while left:
            size = dice.randint(1, 97)
            writer.write(left[:size])
            left = left[size:]
            await writer.drain()
            await asyncio.sleep(0)

    async with engine_that(tmp_path, serve) as address:
        reader, writer = await exec_stream.start(address, "1.41", "x")
        assert await reader.read() == b"".join(parts)
        writer.close()


async def test_a_reader_that_is_slow_stops_the_engine(tmp_path: Path) -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(UPGRADED)
        while sent < 256:
            writer.write(frame(1, bytes(65536)))
            await writer.drain()
            sent += 1

    async with engine_that(tmp_path, serve) as address:
        reader, writer = await exec_stream.start(address, "1.41", "x")
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.2)  # until it sends no more, which is what is tested
        assert sent < 64
        total = 0
        while data := await reader.read(65536):
            total += len(data)
        assert total == 256 * 65536
        writer.close()


async def test_the_end_of_what_is_written_does_not_end_what_is_read(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED)
        heard = await reader.read()
        writer.write(frame(1, b"heard " + heard))

    async with engine_that(tmp_path, serve) as address:
        reader, writer = await exec_stream.start(address, "1.41", "x")
        writer.write(b"all")
        writer.write_eof()
        assert await reader.read() == b"heard all"
        writer.close()


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 409 Conflict\r\n\r\n{}", b"HTTP/1.1 500 No\r\n\r\n", b"", b"junk\r\n\r\n", b"x" * 20_000]
)
async def test_an_engine_that_does_not_open_a_way_in_is_a_sentence(tmp_path: Path, said: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with engine_that(tmp_path, serve) as address:
        with pytest.raises(base.Unavailable, match="does not let anybody in|does not open a way into the box"):
            await exec_stream.start(address, "1.41", "x")


async def test_an_engine_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(base.Unavailable, match="does not answer"):
        await exec_stream.start(engine.Address(f"unix://{tmp_path}/none.sock"), "1.41", "x")


async def test_an_engine_that_stays_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exec_stream, "ANSWER_SECONDS", 0.2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with engine_that(tmp_path, serve) as address:
        with pytest.raises(base.Unavailable, match="does not open a way"):
            await exec_stream.start(address, "1.41", "x")
