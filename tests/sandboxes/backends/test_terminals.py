"""Terminals in boxes of every kind: what is typed, what is shown, and that nothing is left of one that has ended."""

import asyncio
import contextlib
import re
import signal
import time
from collections.abc import AsyncIterator

import pytest

from sandboxes import wire
from sandboxes.agent import agent
from sandboxes.backends import base
from tests.sandboxes.backends.conftest import alive, until

SHELL = ["sh", "-c", "PS1='ready> ' exec sh -i"]


class Screen:
    """What a terminal has shown so far."""

    def __init__(self, terminal: wire.Terminal) -> None:
        self.terminal, self.shown = terminal, b""

    async def until(self, pattern: str) -> re.Match[bytes]:
        async with asyncio.timeout(20):
            while not (found := re.search(pattern.encode(), self.shown)):
                data = await self.terminal.recv()
                assert data, self.shown
                self.shown += data
        return found

    async def type(self, line: str) -> None:
        await self.terminal.send(line.encode() + b"\r")

    async def rest(self) -> bytes:
        async with asyncio.timeout(20):
            while data := await self.terminal.recv():
                self.shown += data
        return self.shown


@contextlib.asynccontextmanager
async def opened(
    box: wire.Wire, argv: list[str] | None = None, *, size: wire.Size | None = None, seconds: float = 60
) -> AsyncIterator[Screen]:
    """A shell once it asks for something: what is typed before stands on the screen in front of its first prompt."""
    async with box.pty(argv or SHELL, size=size or wire.Size(24, 80), seconds=seconds) as terminal:
        screen = Screen(terminal)
        if argv is None:
            await screen.until("ready> ")
        yield screen


async def test_a_shell_shows_what_is_typed_and_what_comes_of_it(box: wire.Wire) -> None:
    async with opened(box) as screen:
        await screen.type("echo $((6 * 7)) > told; cat told; pwd; test -t 0 && echo a terminal")
        await screen.until(r"\r\n42\r\n/workspace\r\na terminal\r\n")
        await screen.type("exit 3")
        await screen.rest()
        assert await screen.terminal.ended() == wire.Ended(3, timed_out=False)
    assert await box.read("told") == b"42\n"


async def test_one_program_is_run_with_folder_and_environment(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("sub/a", b"")])
    line = ["sh", "-c", "pwd; echo $COLOUR; tty"]
    async with box.pty(line, size=wire.Size(), cwd="sub", env={"COLOUR": "green"}, seconds=20) as terminal:
        screen = Screen(terminal)
        assert re.fullmatch(rb"/workspace/sub\r\ngreen\r\n/dev/pts/\d+\r\n", await screen.rest())
        assert await terminal.ended() == wire.Ended(0, timed_out=False)


async def test_its_keys_send_signals(box: wire.Wire) -> None:
    async with opened(box) as screen:
        await screen.type("sleep 4801")
        await until(lambda: _present("4801"))
        await screen.terminal.send(b"\x03")
        await screen.type("echo go''es on")
        await screen.until("goes on")
        assert not alive("4801")


async def test_a_size_is_told_and_a_new_one_rings(box: wire.Wire) -> None:
    async with opened(box, size=wire.Size(30, 100)) as screen:
        await screen.type("trap 'echo now $(stty size)' WINCH; stty size")
        await screen.until(r"\r\n30 100\r\nready> ")  # until then the signal would be that of `stty`
        await screen.terminal.resize(wire.Size(40, 120))
        await screen.type("")
        await screen.until("now 40 120")


@pytest.mark.parametrize(("asked", "told"), [((0, 0), "1 1"), ((100_000, 100_000), "500 1000"), ((-5, 7), "1 7")])
async def test_a_size_that_cannot_be_is_the_nearest_that_can(box: wire.Wire, asked: tuple[int, int], told: str) -> None:
    async with opened(box, size=wire.Size(*asked)) as screen:
        await screen.type("stty size > one")
        await until(lambda: _holds(box, "one", told))
        await screen.terminal.resize(wire.Size(20, 20))
        await screen.terminal.resize(wire.Size(*asked))
        await screen.type("stty size > two")
        await until(lambda: _holds(box, "two", told))


async def test_the_agent_bounds_a_size_itself(box: wire.Wire) -> None:
    asked = {"op": "pty", "argv": ["stty", "size"], "timeout": 10, "rows": 10**9, "columns": -1}
    channel = await box.link.open(asked)
    assert await asyncio.wait_for(channel.recv(), 20) == b"500 1\r\n"
    channel.close()


async def test_a_program_that_is_not_there_is_a_sentence(box: wire.Wire) -> None:
    with pytest.raises(wire.Refused, match="no-such-program: No such file or directory"):
        async with opened(box, ["no-such-program"]):
            pass


async def test_its_time_is_kept_inside_the_box(box: wire.Wire) -> None:
    async with opened(box, ["sh", "-c", "sleep 4802 & sleep 4802"], seconds=0.5) as screen:
        started = time.monotonic()
        await screen.rest()
        assert await screen.terminal.ended() == wire.Ended(-signal.SIGKILL, timed_out=True)
        assert time.monotonic() - started < 5
    await until(lambda: _absent("4802"))


@pytest.mark.parametrize(
    "left",
    ["sleep 4803 &", "nohup sleep 4803 >/dev/null 2>&1 &", "setsid sleep 4803 &", "(setsid -f sh -c 'sleep 4803; :')"],
)
@pytest.mark.parametrize("ends", ["exit", "close"])
async def test_nothing_that_was_started_in_it_outlives_it(box: wire.Wire, left: str, ends: str) -> None:
    async with opened(box) as screen:
        await screen.type(left)
        await until(lambda: _present("4803"))
        if ends == "exit":
            await screen.type("exit")
            await screen.rest()
            assert (await screen.terminal.ended()).timed_out is False
    await until(lambda: _absent("4803"))


async def test_what_runs_beside_it_goes_on(box: wire.Wire) -> None:
    await box.spawn("web", ["sleep", "4804"])
    async with opened(box) as one, opened(box) as other:
        await other.type("sleep 4805 &")
        await until(lambda: _present("4805"))
        await one.type("exit")
        await one.rest()
        await other.type("echo st''ill here")
        await other.until("still here")
        assert alive("4805")
    await until(lambda: _absent("4805"))
    assert (await box.status("web")).running


async def test_a_caller_that_goes_away_takes_its_terminals_along(
    backend: base.SandboxBackend, handle: base.Handle
) -> None:
    leaving = await wire.attach(backend, handle)

    async def use() -> None:
        async with opened(leaving) as screen:
            await screen.type("setsid sleep 4806 & sleep 4806")
            await screen.rest()

    running = asyncio.ensure_future(use())
    await until(lambda: _many("4806", 2))
    leaving.link.writer.transport.abort()
    with pytest.raises(wire.Broken):
        await running
    await until(lambda: _absent("4806"))
    await leaving.close()


async def test_an_endless_output_waits_for_its_reader(box: wire.Wire) -> None:
    async with opened(box, ["yes", "again"]) as screen:
        await screen.until("again\r\nagain")
        channel = screen.terminal.channel
        await until(lambda: _held(channel, agent.WINDOW // 2))
        for _ in range(20):
            assert (await asyncio.wait_for(box.exec(["echo", "quick"], timeout=5), 5)).output == "quick\n"
        assert channel.unread <= agent.WINDOW
        await screen.terminal.send(b"\x03")
        await screen.rest()
        assert (await screen.terminal.ended()).exit_code == -signal.SIGINT


async def test_input_that_nobody_reads_waits_too(box: wire.Wire) -> None:
    async with opened(box, ["sh", "-c", "stty raw -echo; echo go; sleep 4807"]) as screen:
        await screen.until("go")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                while True:
                    await screen.terminal.send(bytes(agent.CHUNK))
        for _ in range(20):
            assert (await asyncio.wait_for(box.exec(["echo", "quick"], timeout=5), 5)).output == "quick\n"
    await until(lambda: _absent("4807"))


async def test_a_flood_of_input_that_is_read_arrives_whole(box: wire.Wire) -> None:
    async with opened(box, ["sh", "-c", "stty raw -echo; echo go; head -c 1000000 | cksum"]) as screen:
        await screen.until("go")
        await screen.terminal.send(bytes(1_000_000))
        await screen.until(r"\d+ 1000000")


async def test_a_box_has_so_many_terminals_and_no_more(box: wire.Wire) -> None:
    async with contextlib.AsyncExitStack() as open_ones:
        for _ in range(agent.MAX_TERMINALS):
            await open_ones.enter_async_context(opened(box, ["sleep", "4808"]))
        refused = 0
        for _ in range(100):
            with pytest.raises(wire.Refused, match="8 terminals are open in this box already"):
                await open_ones.enter_async_context(opened(box))
            refused += 1
        assert refused == 100
    await until(lambda: _absent("4808"))
    async with opened(box) as screen:
        await screen.type("echo room a''gain")
        await screen.until("room again")


async def test_a_terminal_that_has_ended_has_no_size(box: wire.Wire) -> None:
    async with opened(box, ["true"]) as screen:
        await screen.rest()
        await screen.terminal.ended()
        with pytest.raises(wire.Refused, match="This terminal has ended"):
            await screen.terminal.resize(wire.Size())


async def test_nobody_resizes_the_terminal_of_another_caller(
    backend: base.SandboxBackend, handle: base.Handle, box: wire.Wire
) -> None:
    other = await wire.attach(backend, handle)
    async with opened(box, size=wire.Size(30, 100)) as screen:
        with pytest.raises(wire.Refused, match="has ended"):
            await other._ask(op="resize", terminal=screen.terminal.channel.number, rows=1, columns=1)
        await screen.type("stty size")
        await screen.until("30 100")
    await other.close()


async def _present(marker: str) -> bool:
    return bool(alive(marker))


async def _absent(marker: str) -> bool:
    return not alive(marker)


async def _many(marker: str, number: int) -> bool:
    return len(alive(marker)) >= number


async def _held(channel: agent.Channel, size: int) -> bool:
    return channel.unread >= size


async def _holds(box: wire.Wire, path: str, text: str) -> bool:
    with contextlib.suppress(wire.Refused):
        return await box.read(path) == f"{text}\n".encode()
    return False
