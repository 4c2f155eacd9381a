"""One attached wire: what the host may ask of a box. Answers come from untrusted code and are checked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from sandboxes.agent import agent
from sandboxes.wire import checks, output, streams, values

ANSWER_SECONDS = 30.0
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
        async with self._asked(op="write", files=entries, delete=list(delete)) as channel:
            with contextlib.suppress(agent.Detached):  # then the answer says why
                for file in files:
                    await channel.send(file.content)
            await self._answer(channel)

    async def read(self, path: str, max_bytes: int = MAX_READ) -> bytes:
        async with self._asked(op="read", path=path, max_bytes=max_bytes) as channel:
            content = bytearray()
            while data := await self._recv(channel):
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
        async with (
            asyncio.timeout(timeout + ANSWER_SECONDS),
            self._asked(op="exec", **asked, max_output=max_output * FLOOD) as channel,
        ):
            while data := await self._recv(channel):
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
            async with self._asked(op="logs", name=name, since=since, follow=follow) as channel:
                since = checks.whole(await self._noted(channel), "offset")
                while data := await self._recv(channel):
                    yield values.LogChunk(since, data)
                    since += len(data)
                behind = bool((await self._answer(channel)).get("behind"))

    async def open(self, port: int) -> tuple[streams.Reader, streams.Writer]:
        """A connection to a port of the box. Close the writer when done with both."""
        channel = await self._open({"op": "open", "port": port})
        try:
            await self._noted(channel)
        except BaseException:
            await channel.close()
            raise
        return streams.Reader(channel), streams.Writer(channel)

    async def close(self) -> None:
        self.link.shut()
        self.running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.running

    @contextlib.asynccontextmanager
    async def _asked(self, **request: Any) -> AsyncIterator[agent.Channel]:
        channel = await self._open(request)
        try:
            yield channel
        except agent.Detached as gone:
            raise values.Broken("The wire to the box is lost.") from gone
        finally:
            await channel.close()

    async def _open(self, request: agent.Message) -> agent.Channel:
        try:
            return await self.link.open(request)
        except agent.Detached as gone:
            raise values.Broken("The wire to the box is lost.") from gone

    async def _ask(self, **request: Any) -> agent.Message:
        async with self._asked(**request) as channel:
            return await self._answer(channel)

    async def _recv(self, channel: agent.Channel) -> bytes:
        return await channel.recv()

    async def _noted(self, channel: agent.Channel) -> agent.Message:
        """The agent's first word, or its refusal."""
        await _either(channel)
        return channel.noted.result() if channel.noted.done() and not channel.noted.cancelled() else _result(channel)

    async def _answer(self, channel: agent.Channel) -> agent.Message:
        async with asyncio.timeout(ANSWER_SECONDS):
            await asyncio.wait({channel.answer})
        return _result(channel)


async def _either(channel: agent.Channel) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        await asyncio.wait({channel.noted, channel.answer}, return_when=asyncio.FIRST_COMPLETED)


def _result(channel: agent.Channel) -> agent.Message:
    if channel.answer.cancelled() or not channel.answer.done():
        raise values.Broken("The wire to the box is lost.")
    message = channel.answer.result()
    if error := message.get("error"):
        raise values.Refused(str(error)[:500])
    return message
