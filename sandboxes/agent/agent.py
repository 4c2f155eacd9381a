"""The daemon inside a box: files, commands, ports and downloads over one multiplexed stream.

Standard library only and a single file, because it runs where nothing of ours is installed.
The host side of the wire uses the same `Link` and `Channel`.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import hashlib
import json
import os
import pathlib
import secrets
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any

VERSION = 1
HEADER = struct.Struct(">BII")  # type, channel, length
OPEN, DATA, CREDIT, END, NOTE, RESULT, CLOSE, HELLO = range(1, 9)
CHUNK = 64 * 1024
WINDOW = 256 * 1024
MAX_FRAME = 8 * 1024 * 1024
MAX_CHANNELS = 1024
MAX_TREE = 5000
MAX_DEPTH = 64
MAX_HASHED = 256 << 20
"""A file of holes has any size and takes no room: what lies beyond is not read to be hashed."""
UNREAD = "0" * 64
LOG_BYTES = 256 * 1024
PROXY_PORT = 3128
LIVES = signal.SIGURG
"""Sent where an engine starts the box: without effect on a program that does not know it."""
IGNORED = frozenset({"node_modules", ".git", "dist", ".venv", "__pycache__"})

Message = dict[str, Any]
Accept = Callable[["Channel", Message], Awaitable[Message]]


class Refusal(Exception):
    """A request that is answered with a sentence instead of a result."""


class Violation(Exception):
    """The peer broke the protocol; its link is closed."""


class Detached(Exception):
    """The channel or its link is closed."""


class Channel:
    """One conversation on a link: bytes both ways under credit, then one result."""

    def __init__(self, link: Link, number: int) -> None:
        loop = asyncio.get_running_loop()
        self.link, self.number = link, number
        self.inbox: collections.deque[bytes] = collections.deque()
        self.unread = self.consumed = 0
        self.credit = WINDOW
        self.ended = self.closed = False
        self.changed = asyncio.Event()
        self.noted: asyncio.Future[Message] = loop.create_future()
        self.answer: asyncio.Future[Message] = loop.create_future()
        self.task: asyncio.Task[None] | None = None

    async def _change(self) -> None:
        self.changed.clear()
        await self.changed.wait()

    def deliver(self, data: bytes) -> None:
        self.unread += len(data)
        if self.unread + self.consumed > WINDOW:
            raise Violation("more data than the window allows")
        self.inbox.append(data)
        self.changed.set()

    async def recv(self) -> bytes:
        """The next bytes; empty when the peer will send no more."""
        while not self.inbox:
            if self.ended or (self.answer.done() and not self.answer.cancelled()):
                return b""
            if self.closed:
                raise Detached
            await self._change()
        data = self.inbox.popleft()
        self.unread -= len(data)
        self.consumed += len(data)
        if self.consumed >= WINDOW // 2 and not self.closed:
            grant, self.consumed = self.consumed, 0
            await self.link.send(CREDIT, self.number, struct.pack(">I", grant))
        return data

    async def send(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            while self.credit <= 0 and not self.closed:
                await self._change()
            if self.closed:
                raise Detached
            size = min(CHUNK, self.credit, len(data) - at)
            self.credit -= size
            await self.link.send(DATA, self.number, data[at : at + size])
            at += size

    async def end(self) -> None:
        if not self.closed:
            await self.link.send(END, self.number)

    async def note(self, message: Message) -> None:
        await self.link.send(NOTE, self.number, encode(message))

    def settle(self) -> None:
        """Nothing more can be sent here; what arrived already may still be read."""
        self.closed = True
        self.changed.set()
        for future in (self.noted, self.answer):
            if not future.done():
                future.cancel()

    def close(self) -> None:
        """Give up this conversation; the peer stops what it was doing for it."""
        if self.link.channels.pop(self.number, None) and not self.closed:
            with contextlib.suppress(Detached):
                self.link.post(CLOSE, self.number)
        self.settle()


class Link:
    """One duplex stream shared by many channels. Either side may open channels."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        first: int,
        accept: Accept,
        limit: int = MAX_CHANNELS,
        longest_request: int = MAX_FRAME,
    ) -> None:
        self.reader, self.writer, self.accept, self.limit = reader, writer, accept, limit
        self.longest = {OPEN: longest_request, RESULT: MAX_FRAME}
        self.number = first
        self.channels: dict[int, Channel] = {}
        self.draining = asyncio.Lock()
        self.hello: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.broken = False

    def post(self, kind: int, number: int, payload: bytes = b"") -> None:
        """Send without waiting; for what is short and rare."""
        if self.broken:
            raise Detached
        self.writer.write(HEADER.pack(kind, number, len(payload)) + payload)

    async def send(self, kind: int, number: int, payload: bytes = b"") -> None:
        self.post(kind, number, payload)
        try:
            async with self.draining:
                await self.writer.drain()
        except (ConnectionError, OSError) as gone:
            raise Detached from gone

    async def open(self, request: Message) -> Channel:
        channel = Channel(self, self.number)
        self.number += 2
        self.channels[channel.number] = channel
        await self.send(OPEN, channel.number, encode(request))
        return channel

    async def run(self) -> None:
        """Read frames until the stream ends or the peer breaks the protocol."""
        try:
            while True:
                await self._read_frame()
        except (Violation, asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            self.shut()

    def shut(self) -> None:
        self.broken = True
        if not self.hello.done():
            self.hello.cancel()
        for channel in list(self.channels.values()):
            self._drop(channel)
        self.writer.close()

    def _drop(self, channel: Channel) -> None:
        self.channels.pop(channel.number, None)
        channel.settle()
        if channel.task:
            channel.task.cancel()

    async def _read_frame(self) -> None:
        kind, number, length = HEADER.unpack(await self.reader.readexactly(HEADER.size))
        if not OPEN <= kind <= HELLO:
            raise Violation("unknown frame")
        if length > self.longest.get(kind, CHUNK):
            raise Violation("oversize frame")
        payload = await self.reader.readexactly(length)
        if kind == HELLO:
            if not self.hello.done():
                self.hello.set_result(decode(payload))
        elif kind == OPEN:
            self._opened(number, decode(payload))
        elif number in self.channels:  # otherwise it is late, for a closed channel
            self._arrived(self.channels[number], kind, payload)

    def _opened(self, number: int, request: Message) -> None:
        if number in self.channels or number % 2 == self.number % 2:
            raise Violation("channel number in use")
        if len(self.channels) >= self.limit:
            raise Violation("too many channels")
        channel = self.channels[number] = Channel(self, number)
        channel.task = asyncio.get_running_loop().create_task(self._serve(channel, request))

    def _arrived(self, channel: Channel, kind: int, payload: bytes) -> None:
        if kind == DATA:
            channel.deliver(payload)
        elif kind == CREDIT:
            if len(payload) != 4:
                raise Violation("malformed credit")
            channel.credit = min(WINDOW, channel.credit + struct.unpack(">I", payload)[0])
        elif kind == END:
            channel.ended = True
        elif kind == NOTE and not channel.noted.done():
            channel.noted.set_result(decode(payload))
        elif kind == RESULT and channel.task is None:
            channel.answer.set_result(decode(payload))
            self._drop(channel)
        elif kind == CLOSE:
            self._drop(channel)
        channel.changed.set()

    async def _serve(self, channel: Channel, request: Message) -> None:
        try:
            try:
                result = await self.accept(channel, request)
            except Refusal as refusal:
                result = {"error": str(refusal)}
            except Exception as failure:  # whatever was asked, this link goes on
                result = {"error": f"{type(failure).__name__}: {failure}"[:500]}
            await self.send(RESULT, channel.number, encode(result))
        except Detached:
            pass
        finally:
            self.channels.pop(channel.number, None)
            channel.settle()


def encode(message: Message) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def decode(payload: bytes) -> Message:
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as broken:
        raise Violation("malformed message") from broken
    if not isinstance(message, dict):
        raise Violation("malformed message")
    return message


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all; when one fails or we are cancelled, none is left behind."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def splice(channel: Channel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Join a channel and a connection until both directions have ended."""

    async def outward() -> None:
        while data := await channel.recv():
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def inward() -> None:
        while data := await reader.read(CHUNK):
            await channel.send(data)
        await channel.end()

    try:
        await together(outward(), inward())
    finally:
        writer.close()


class Workspace:
    """The project's files. Every step is taken by descriptor and never through a link."""

    def __init__(self, root: str) -> None:
        self.root = os.open(root, os.O_RDONLY | os.O_DIRECTORY)

    def parts(self, path: str) -> list[str]:
        parts = path.split("/")
        if len(path.encode()) > 1024 or "\0" in path or set(parts) & {"", ".", ".."}:
            raise Refusal(f"{path[:80]!r} is not a path inside the project.")
        return parts

    def folder(self, parts: Sequence[str], *, make: bool = False) -> int:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        here = os.dup(self.root)
        for part in parts:
            above = here
            try:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o755, dir_fd=above)
                here = os.open(part, flags, dir_fd=above)
            except NotADirectoryError as blocked:
                raise Refusal(f"{'/'.join(parts)} passes through a link or a file.") from blocked
            finally:
                os.close(above)
        return here

    async def write(self, path: str, size: int, mode: int, source: Intake) -> None:
        *above, name = self.parts(path)
        folder = self.folder(above, make=True)
        draft = f".{secrets.token_hex(8)}.tmp"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(draft, flags, mode, dir_fd=folder), "wb") as file:
                async for data in source.take(size):
                    file.write(data)
            os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft, dir_fd=folder)
            raise
        finally:
            os.close(folder)

    def delete(self, path: str) -> None:
        """Gone is success. Folders exist only for their files, so empty ones go too."""
        parts, remove = self.parts(path), os.unlink
        while parts:
            with contextlib.suppress(FileNotFoundError):
                folder = self.folder(parts[:-1])
                try:
                    remove(parts[-1], dir_fd=folder)
                except OSError:
                    if remove is os.rmdir:
                        return
                    raise
                finally:
                    os.close(folder)
            parts, remove = parts[:-1], os.rmdir

    def open(self, path: str) -> int:
        *above, name = self.parts(path)
        try:
            folder = self.folder(above)
        except FileNotFoundError as missing:
            raise Refusal(f"{path} does not exist.") from missing
        try:
            return regular(name, folder)
        finally:
            os.close(folder)

    def tree(self) -> Message:
        """Path to sha256 of every regular file; links and devices are not files."""
        found: dict[str, str] = {}
        left, unhashed = MAX_TREE, MAX_HASHED
        for top, folders, names, here in os.fwalk(".", dir_fd=self.root, follow_symlinks=False):
            folders[:] = [name for name in folders if name not in IGNORED]
            left -= len(folders) + len(names)
            if left < 0 or top.count("/") > MAX_DEPTH:
                return {"files": found, "truncated": True}
            for name in names:
                path = f"{top}/{name}"[2:]
                with contextlib.suppress(OSError, Refusal, UnicodeError):
                    path.encode()
                    found[path], size = digest(regular(name, here), unhashed)
                    unhashed -= size
        return {"files": found, "truncated": False}

    def link(self, source: str, target: str) -> int:
        """Link each entry of a read-only dependency folder, so that more can be added beside."""
        count = 0
        for entry in sorted(path.name for path in pathlib.Path(source).iterdir()):
            if entry.startswith("@") or entry == ".bin":
                count += self.link(f"{source}/{entry}", f"{target}/{entry}")
            elif not entry.startswith("."):
                folder = self.folder(self.parts(target), make=True)
                with contextlib.suppress(FileExistsError):
                    os.symlink(f"{source}/{entry}", entry, dir_fd=folder)
                    count += 1
                os.close(folder)
        return count


def regular(name: str, folder: int) -> int:
    """Open a file for reading only when it is a regular one; a FIFO must not block us."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as failure:
        raise Refusal(f"{name} cannot be read: {failure.strerror}.") from failure
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refusal(f"{name} is not a regular file.")
    return handle


def digest(handle: int, limit: int) -> tuple[str, int]:
    """Of the whole file, and how much was read; UNREAD if there is more of it than the limit."""
    total, size = hashlib.sha256(), 0
    with os.fdopen(handle, "rb") as file:
        if os.fstat(handle).st_size > limit:
            return UNREAD, 0
        while data := file.read(1 << 20):
            total.update(data)
            size += len(data)
            if size > limit:  # it grew meanwhile
                return UNREAD, limit
    return total.hexdigest(), size


class Intake:
    """Takes exactly so many bytes at a time out of a channel."""

    def __init__(self, channel: Channel) -> None:
        self.channel, self.rest = channel, b""

    async def take(self, size: int) -> AsyncIterator[bytes]:
        while size > 0:
            data = self.rest or await self.channel.recv()
            if not data:
                raise Refusal("The files ended early.")
            self.rest = data[size:]
            size -= len(data[:size])
            yield data[: len(data) - len(self.rest)]


class Process:
    """A program in its own process group; its output is read only as fast as it is wanted."""

    def __init__(self, argv: list[str], cwd: str, env: dict[str, str]) -> None:
        self.output, inner = os.pipe()
        self.exited = asyncio.Event()
        try:
            self.child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=inner,
                stderr=inner,
                cwd=cwd,
                env={**os.environ, **env},
                start_new_session=True,
            )
        except OSError:
            os.close(self.output)
            raise
        finally:
            os.close(inner)
        os.set_blocking(self.output, False)

    def reap(self) -> bool:
        if self.child.poll() is None:
            return False
        self.exited.set()
        return True

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, number)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Output until it ends, or until the program has exited and nothing is waiting:
        a daemon it left behind may hold the pipe open for ever."""
        loop = asyncio.get_running_loop()
        waiting = loop.create_task(self.exited.wait())
        try:
            while True:
                try:
                    data = os.read(self.output, CHUNK)
                except BlockingIOError:
                    if self.exited.is_set():
                        return
                    ready = loop.create_future()
                    loop.add_reader(self.output, settle, ready)
                    await asyncio.wait({ready, waiting}, return_when=asyncio.FIRST_COMPLETED)
                    loop.remove_reader(self.output)
                    continue
                if not data:
                    return
                yield data
        finally:
            waiting.cancel()
            loop.remove_reader(self.output)
            os.close(self.output)


def settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Service:
    """A named long-running program and the last of its output."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.log, self.start = bytearray(), 0
        self.changed = asyncio.Event()
        self.ended = False
        self.task = asyncio.get_running_loop().create_task(self._keep())

    async def _keep(self) -> None:
        async for data in self.process.chunks():
            self.log += data
            excess = max(0, len(self.log) - LOG_BYTES)
            del self.log[:excess]
            self.start += excess
            self.changed.set()
        await self.process.exited.wait()
        self.ended = True
        self.changed.set()

    def status(self) -> Message:
        return {
            "pid": self.process.child.pid,
            "running": not self.process.exited.is_set(),
            "exit_code": self.process.child.returncode,
            "offset": self.start + len(self.log),
        }


class Agent:
    """Answers requests of every attached host process."""

    def __init__(self, root: str) -> None:
        self.root, self.workspace = root, Workspace(root)
        self.links: list[Link] = []
        self.running: list[Process] = []
        self.services: dict[str, Service] = {}
        self.silence = 0

    async def attached(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(reader, writer, first=2, accept=self.accept)
        self.links.append(link)
        try:
            await link.send(HELLO, 0, encode({"version": VERSION}))
            await link.run()
        except Detached:
            link.shut()
        finally:
            self.links.remove(link)

    async def accept(self, channel: Channel, request: Message) -> Message:
        operation = getattr(self, f"do_{request.get('op')}", None)
        if operation is None:
            raise Refusal("The box does not know this operation.")
        result: Message = await operation(channel, request)
        return result

    def start(self, request: Message) -> Process:
        cwd = str(pathlib.Path(self.root, str(request.get("cwd") or "")))
        argv, env = request["argv"], request.get("env") or {}
        if not argv or not all(isinstance(word, str) for word in [*argv, *env, *env.values()]):
            raise Refusal("A command is a list of words.")
        process = Process(argv, cwd, env)
        self.running.append(process)
        return process

    def hear(self) -> None:
        """The installation lives."""
        self.silence = 0

    async def abandoned(self, seconds: int) -> None:
        """Until nobody was attached or heard of for so many seconds. While the box is paused, none pass."""
        while self.silence < seconds:
            await asyncio.sleep(1)
            self.silence = 0 if self.links else self.silence + 1

    def reap(self) -> None:
        self.running = [process for process in self.running if not process.reap()]

    async def do_write(self, channel: Channel, request: Message) -> Message:
        for path in request.get("delete", []):
            self.workspace.delete(path)
        source = Intake(channel)
        for entry in request["files"]:
            mode = 0o755 if entry.get("executable") else 0o644
            await self.workspace.write(entry["path"], int(entry["size"]), mode, source)
        return {}

    async def do_read(self, channel: Channel, request: Message) -> Message:
        with os.fdopen(self.workspace.open(request["path"]), "rb") as file:
            if os.fstat(file.fileno()).st_size > request["max_bytes"]:
                raise Refusal(f"{request['path']} is larger than {request['max_bytes']} bytes.")
            left = int(request["max_bytes"])
            while data := file.read(min(CHUNK, left)):
                left -= len(data)
                await channel.send(data)
        return {}

    async def do_tree(self, channel: Channel, request: Message) -> Message:
        return await asyncio.get_running_loop().run_in_executor(None, self.workspace.tree)

    async def do_link(self, channel: Channel, request: Message) -> Message:
        loop = asyncio.get_running_loop()
        made = loop.run_in_executor(None, self.workspace.link, request["source"], request["target"])
        return {"linked": await made}

    async def do_exec(self, channel: Channel, request: Message) -> Message:
        try:
            process = self.start(request)
        except OSError as failure:
            await channel.send(f"{request['argv'][0]}: {failure.strerror}\n".encode())
            return {"exit_code": 127, "timed_out": False, "flooded": False}
        copying = asyncio.ensure_future(self.copy(process, channel, int(request["max_output"])))
        waiting = asyncio.ensure_future(process.exited.wait())
        timed_out = flooded = False
        try:
            await asyncio.wait({waiting}, timeout=float(request["timeout"]))
            timed_out = not process.exited.is_set()
            process.signal(signal.SIGKILL)
            await waiting
            flooded = await asyncio.wait_for(copying, 30)
        except asyncio.TimeoutError:  # noqa: UP041 — another class before Python 3.11
            flooded = True
        finally:
            process.signal(signal.SIGKILL)  # its group: also when the caller has gone
            copying.cancel()
            waiting.cancel()
        return {
            "exit_code": process.child.returncode,
            "timed_out": timed_out,
            "flooded": flooded,
        }

    async def copy(self, process: Process, channel: Channel, limit: int) -> bool:
        """Stream the output; a program that writes beyond all measure is killed."""
        async for data in process.chunks():
            limit -= len(data)
            if limit < 0:
                process.signal(signal.SIGKILL)
                return True
            await channel.send(data)
        return False

    async def do_spawn(self, channel: Channel, request: Message) -> Message:
        old = self.services.pop(str(request["name"]), None)
        if old and not old.process.exited.is_set():
            old.process.signal(signal.SIGKILL)
            await old.process.exited.wait()
        try:
            service = Service(self.start(request))
        except OSError as failure:
            raise Refusal(f"{request['argv'][0]}: {failure.strerror}.") from failure
        self.services[str(request["name"])] = service
        return service.status()

    def service(self, request: Message) -> Service:
        if request["name"] not in self.services:
            raise Refusal(f"Nothing called {str(request['name'])[:40]} was started in this box.")
        return self.services[request["name"]]

    async def do_signal(self, channel: Channel, request: Message) -> Message:
        service = self.service(request)
        service.process.signal(int(request["signal"]))
        return service.status()

    async def do_status(self, channel: Channel, request: Message) -> Message:
        return self.service(request).status()

    async def do_logs(self, channel: Channel, request: Message) -> Message:
        service = self.service(request)
        at = min(max(int(request["since"]), service.start), service.start + len(service.log))
        await channel.note({"offset": at})
        while at >= service.start:
            data = bytes(service.log[at - service.start :][:CHUNK])
            if data:
                at += len(data)
                await channel.send(data)
            elif service.ended or not request.get("follow"):
                return {"offset": at, "behind": False}
            else:
                service.changed.clear()
                await service.changed.wait()
        return {"offset": at, "behind": True}

    async def do_open(self, channel: Channel, request: Message) -> Message:
        port = int(request["port"])
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            try:
                reader, writer = await asyncio.open_connection("::1", port)
            except OSError as failure:
                raise Refusal(f"Nothing listens on port {port} in this box.") from failure
        await channel.note({})
        await splice(channel, reader, writer)
        return {}

    async def proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The box's only way out: CONNECT, decided and carried out by a host process."""
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            await self.forward(head, reader, writer)
        except Refusal as refusal:
            sentence = "".join(c for c in str(refusal) if " " <= c <= "~")
            writer.write(f"HTTP/1.1 403 {sentence}\r\nContent-Length: 0\r\n\r\n".encode())
        except (asyncio.TimeoutError, ValueError, EOFError, OSError, Detached):  # noqa: UP041
            writer.write(b"HTTP/1.1 502 The download broke off.\r\nContent-Length: 0\r\n\r\n")
        except (asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def forward(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = head.split(b"\r\n")[0].decode("ascii").split(" ")
        if method != "CONNECT":
            raise Refusal("Only HTTPS downloads leave this box.")
        host, _, port = target.rpartition(":")
        serving = [link for link in self.links if egress(link)]
        if not serving:
            raise Refusal("No downloads are possible now: nothing serves this box.")
        channel = await serving[-1].open({"op": "egress", "host": host, "port": int(port)})
        try:
            await asyncio.wait({channel.noted, channel.answer}, return_when=asyncio.FIRST_COMPLETED)
            if channel.answer.done():
                error = "" if channel.answer.cancelled() else channel.answer.result().get("error")
                raise Refusal(error or "The download broke off.")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await splice(channel, reader, writer)
        finally:
            channel.close()


def egress(link: Link) -> bool:
    hello = link.hello
    return hello.done() and not hello.cancelled() and bool(hello.result().get("egress"))


async def serve(listener: socket.socket, root: str, *, proxy: int, ready: int, alone: int) -> None:
    """Serve until nobody has been there for `alone` seconds; 0 is for ever. `ready` is a descriptor that somebody
    waits at until this works."""
    agent = Agent(root)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGCHLD, agent.reap)
    loop.add_signal_handler(LIVES, agent.hear)
    await asyncio.start_server(agent.proxy, "127.0.0.1", proxy)
    await asyncio.start_unix_server(agent.attached, sock=listener)
    if ready:
        os.write(ready, b"1")
        os.close(ready)
    await agent.abandoned(alone or sys.maxsize)


def limit(processes: int) -> None:
    """For every program of the box. It also yields to the server when the processor is short."""
    import resource

    os.nice(5)
    wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: 8192}
    if processes:
        wanted[resource.RLIMIT_NPROC] = processes
    for kind, value in wanted.items():
        most = resource.getrlimit(kind)[1]
        least = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (least, least))


def main(argv: list[str]) -> None:
    """agent.py --fd N | --bind PATH|@NAME  [--ready N] [--root DIR] [--proxy PORT] [--processes N] [--alone SECONDS]"""
    options = dict(zip(argv[::2], argv[1::2]))  # noqa: B905 — Python 3.9 has no `strict`
    if "--fd" in options:
        listener = socket.socket(fileno=int(options["--fd"]))
    else:
        listener = socket.socket(socket.AF_UNIX)
        name = options["--bind"]
        listener.bind("\0" + name[1:] if name.startswith("@") else name)
        listener.listen(64)
    listener.setblocking(False)
    limit(int(options.get("--processes", "0")))
    pathlib.Path.home().mkdir(parents=True, exist_ok=True)
    defaults = {"proxy": PROXY_PORT, "ready": 0, "alone": 0}
    numbers = {name: int(options.get(f"--{name}", default)) for name, default in defaults.items()}
    asyncio.run(serve(listener, options.get("--root", "/workspace"), **numbers))


if __name__ == "__main__":
    main(sys.argv[1:])
