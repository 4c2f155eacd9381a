"""One attached wire: what the host may ask of a box. Answers come from untrusted code and are checked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from sandboxes.agent import agent
from sandboxes.wire import checks, output, streams, values

ANSWER_SECONDS = 30.0
TRANSFER_SECONDS = 120.0
MAX_READ = 16 << 20
FLOOD = 32
"""A command may write this many times what is kept of its output before it is killed."""


class Wire:
    """Made by `wire.attach`. Several may be attached to one box; each request is its own channel."""

    def __init__(self, link: agent.Link, running: asyncio.Task[None]) -> None:
        self.link, self.running = link, running

    @property
    def broken(self) -> bool:
        return self.link.broken

    async def write(self, files: Sequence[values.FileWrite], delete: Sequence[str] = ()) -> None:
        """Deletes first, then writes each file whole (written beside, then renamed)."""
        entries = [{"path": f.path, "size": len(f.content), "executable": f.executable} for f in files]
        async with self._asked(TRANSFER_SECONDS, op="write", files=entries, delete=list(delete)) as channel:
            with contextlib.suppress(agent.Detached):  # then the answer says why
                for file in files:
                    await channel.send(file.content)
            await self._answer(channel)

    async def read(self, path: str, max_bytes: int = MAX_READ) -> bytes:
        async with self._asked(TRANSFER_SECONDS, op="read", path=path, max_bytes=max_bytes) as channel:
            content = bytearray()
            while data := await channel.recv():
                content += data
                if len(content) > max_bytes:
                    raise values.Refused(f"{path} is larger than {max_bytes} bytes.")
            await self._answer(channel)
            return bytes(content)

    async def tree(self) -> values.Tree:
        """Path to sha256 of every regular file, without dependencies and build results."""
        return checks.tree(await self._ask(op="tree"))

    async def link_folder(self, source: str, target: str) -> int:
        """Link each entry of a folder of the box, such as the template's packages, into one of the project."""
        return checks.whole(await self._ask(op="link", source=source, target=target), "linked")

    async def exec(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "",
        env: Mapping[str, str] | None = None,
        timeout: float,  # noqa: ASYNC109 — enforced inside the box
        max_output: int = 1 << 20,
        on_output: Callable[[bytes], None] | None = None,
    ) -> values.ExecResult:
        """Run to the end. Cancelling this call, or losing the wire, kills the whole process group."""
        kept = output.Kept(max_output)
        asked = {"argv": list(argv), "cwd": cwd, "env": dict(env or {}), "timeout": timeout}
        seconds = timeout + TRANSFER_SECONDS
        async with self._asked(seconds, op="exec", **asked, max_output=max_output * FLOOD) as channel:
            while data := await channel.recv():
                kept.add(data)
                if kept.total > max_output * FLOOD + agent.CHUNK:
                    raise values.Refused("The command wrote too much.")
                if on_output:
                    on_output(data)
            return checks.exec_result(await self._answer(channel), kept)

    async def spawn(
        self, name: str, argv: Sequence[str], *, cwd: str = "", env: Mapping[str, str] | None = None
    ) -> values.Service:
        """Start a program that outlives this wire; one of the same name is ended first."""
        asked = {"name": name, "argv": list(argv), "cwd": cwd, "env": dict(env or {})}
        return checks.service(await self._ask(op="spawn", **asked))

    async def signal(self, name: str, number: int) -> values.Service:
        """To the program's whole process group."""
        return checks.service(await self._ask(op="signal", name=name, signal=int(number)))

    async def status(self, name: str) -> values.Service:
        return checks.service(await self._ask(op="status", name=name))

    async def logs(self, name: str, since: int = 0, *, follow: bool = True) -> AsyncIterator[values.LogChunk]:
        """What the program wrote after `since`, and with `follow` what it writes until it ends."""
        behind = True
        while behind:
            async with self._asked(None, op="logs", name=name, since=since, follow=follow) as channel:
                since = checks.whole(await self._noted(channel), "offset")
                while data := await channel.recv():
                    yield values.LogChunk(since, data)
                    since += len(data)
                behind = bool((await self._answer(channel)).get("behind"))

    async def open(self, port: int) -> tuple[streams.Reader, streams.Writer]:
        """A connection to a port of the box. Close the writer when done with both."""
        channel: agent.Channel | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                channel = await self.link.open({"op": "open", "port": port})
                await self._noted(channel)
        except BaseException as failure:
            if channel:
                channel.close()
            if isinstance(failure, (agent.Detached, TimeoutError)):
                raise _broken(failure) from failure
            raise
        return streams.Reader(channel), streams.Writer(channel)

    async def close(self) -> None:
        self.link.shut()
        self.running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.running

    @contextlib.asynccontextmanager
    async def _asked(self, seconds: float | None, **request: Any) -> AsyncIterator[agent.Channel]:
        """One request's channel, given up when the work with it ends in any way."""
        channel: agent.Channel | None = None
        try:
            async with asyncio.timeout(seconds):
                channel = await self.link.open(request)
                yield channel
        except (agent.Detached, TimeoutError) as failure:
            raise _broken(failure) from failure
        finally:
            if channel:
                channel.close()

    async def _ask(self, **request: Any) -> agent.Message:
        async with self._asked(ANSWER_SECONDS, **request) as channel:
            return await self._answer(channel)

    async def _noted(self, channel: agent.Channel) -> agent.Message:
        """The agent's first word, or its refusal."""
        await asyncio.wait({channel.noted, channel.answer}, return_when=asyncio.FIRST_COMPLETED)
        return channel.noted.result() if channel.noted.done() and not channel.noted.cancelled() else _result(channel)

    async def _answer(self, channel: agent.Channel) -> agent.Message:
        await asyncio.wait({channel.answer})
        return _result(channel)


def _result(channel: agent.Channel) -> agent.Message:
    if channel.answer.cancelled():
        raise agent.Detached
    message = channel.answer.result()
    if error := message.get("error"):
        raise values.Refused(str(error)[:500])
    return message


def _broken(failure: Exception) -> values.Broken:
    silent = isinstance(failure, TimeoutError)
    return values.Broken("The box does not answer." if silent else "The wire to the box is lost.")
