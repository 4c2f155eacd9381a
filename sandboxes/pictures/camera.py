"""Takes one picture of one page: starts Chromium in a box, answers what it asks for, and ends it."""

import asyncio
import base64
import binascii
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sandboxes.pictures import lines, programs, rooms, watching
from sandboxes.pictures.errors import NoCamera, NoPicture
from sandboxes.pictures.lines import Line

Door = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Answers one connection of the page."""

SECONDS = 30.0
"""For the page, once Chromium is there."""
START = 60.0
WIDTH, HEIGHT, SCALE = 1280, 800, 0.5
MEDIA_TYPE = "image/webp"
MOST_BYTES = 512 * 1024
_QUIET = 10.0
_MOST_CONNECTIONS = 32
_FLAGS = (
    *("--headless", "--remote-debugging-pipe", "--no-startup-window", "--user-data-dir=/tmp/profile"),
    *("--no-first-run", "--no-default-browser-check", "--no-proxy-server", "--block-new-web-contents"),
    # Names mean nothing here, and none is asked for: only our own socket listens.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    *("--disable-gpu", "--disable-extensions", "--disable-sync", "--disable-component-update", "--disable-breakpad"),
    *("--disable-background-networking", "--disable-crash-reporter", "--deny-permission-prompts", "--mute-audio"),
    *("--hide-scrollbars", "--renderer-process-limit=2", "--js-flags=--max-old-space-size=256"),
)
# Where it was found to start; and until when one that starts nowhere is not tried again.
_rooms: dict[Path, rooms.Room] = {}
_unfit: dict[Path, float] = {}
_UNFIT_FOR = 600.0


async def take(door: Door, *, port: int) -> tuple[bytes, rooms.Room]:
    """The page at `http://localhost:<port>/`, in half its size; and where Chromium ran."""
    program = programs.find()
    if program is None:
        raise NoCamera("Chromium was not found.")
    if time.monotonic() < _unfit.get(program, 0.0):
        raise NoCamera(f"{program} did not start in a box a while ago.")
    possible = [_rooms[program]] if program in _rooms else rooms.all_of_them()
    if not possible:
        raise NoCamera("Without bubblewrap Chromium would run beside everything else, so it does not.")
    for room in possible:
        with contextlib.suppress(NoCamera):
            picture = await _within(room, program, door, port)
            _rooms[program] = room
            return picture, room
    _unfit[program] = time.monotonic() + _UNFIT_FOR
    raise NoCamera(f"{program} does not start in a box.")


async def trial() -> str:
    """How Chromium runs here, found out with a page of ours."""

    async def door(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>A trial</h1>")
        await writer.drain()

    return (await take(door, port=8080))[1].says


async def _within(room: rooms.Room, program: Path, door: Door, port: int) -> bytes:
    try:
        async with asyncio.timeout(START) as until, _opened(room, program, door, port) as line:
            await line.ask("Browser.setDownloadBehavior", behavior="deny")
            until.reschedule(asyncio.get_running_loop().time() + SECONDS)
            return await _picture(line, port)
    except TimeoutError as late:
        raise NoPicture("It took too long.") from late


@asynccontextmanager
async def _opened(room: rooms.Room, program: Path, door: Door, port: int) -> AsyncIterator[Line]:
    """Ended with all that came of it, however this ends."""
    ours, theirs = socket.socketpair()
    with ours:
        process = _started(room, program, theirs, port)
        watch = asyncio.create_task(_watch(process))
        try:
            listening = await asyncio.to_thread(_handed_out, ours)
            server = await asyncio.start_server(_counted(door), sock=listening)
            reader, writer = await asyncio.open_connection(sock=ours.dup(), limit=lines.MOST_MESSAGE)
            line = Line(reader, writer)
            try:
                yield line
            except NoPicture as none:
                if not line.has_answered:
                    raise NoCamera(str(none)) from none
                raise
            finally:
                writer.close()
                server.close()  # not waited for: what Chromium holds open ends with it
        finally:
            watch.cancel()
            await asyncio.to_thread(_end, process)


def _started(room: rooms.Room, program: Path, line: socket.socket, port: int) -> "subprocess.Popen[bytes]":
    options, refused = rooms.options(room, program), rooms.filtered()
    handles = [line.fileno(), options, refused]
    argv = rooms.argv(room, program, line=line.fileno(), options=options, refused=refused, port=port, flags=_FLAGS)
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            argv, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=handles, start_new_session=True, cwd="/"
        )
    finally:
        line.close()
        os.close(options)
        os.close(refused)


def _handed_out(ours: socket.socket) -> socket.socket:
    ours.settimeout(START)
    try:
        _, found, _, _ = socket.recv_fds(ours, 1, 1)
    except OSError as broken:
        raise NoCamera("The box of Chromium did not start.") from broken
    finally:
        ours.settimeout(None)
    if not found:
        raise NoCamera("The box of Chromium did not start.")
    return socket.socket(fileno=found[0])


def _counted(door: Door) -> Door:
    places = asyncio.Semaphore(_MOST_CONNECTIONS)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with places:
                await door(reader, writer)
        finally:
            writer.close()

    return answer


async def _watch(process: "subprocess.Popen[bytes]") -> None:
    await watching.grown_too_large(process.pid)
    process.kill()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With its first process a box ends altogether."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


async def _picture(line: Line, port: int) -> bytes:
    page = str((await line.ask("Target.createTarget", url="about:blank"))["targetId"])
    session = str((await line.ask("Target.attachToTarget", targetId=page, flatten=True))["sessionId"])
    for method in ("Page.enable", "Network.enable", "Inspector.enable"):
        await line.ask(method, session)
    await line.ask("Page.setLifecycleEventsEnabled", session, enabled=True)
    size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    await line.ask("Emulation.setDeviceMetricsOverride", session, **size)
    calm = [{"name": "prefers-reduced-motion", "value": "reduce"}, {"name": "prefers-color-scheme", "value": "light"}]
    await line.ask("Emulation.setEmulatedMedia", session, features=calm)
    await _arrive(line, session, port)
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": SCALE}
    taken = await line.ask("Page.captureScreenshot", session, format="webp", quality=75, clip=clip)
    return _checked(str(taken.get("data", "")))


async def _arrive(line: Line, session: str, port: int) -> None:
    """Until it has fallen silent. One that never does is taken as it is then."""
    went = await line.ask("Page.navigate", session, url=f"http://localhost:{port}/")
    document = str(went.get("loaderId"))
    if went.get("errorText"):
        raise NoPicture(f"The page did not load: {str(went['errorText'])[:100]}")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_QUIET):
            await line.until(lambda: (document, "networkIdle") in line.moments)
    if line.statuses.get(document, 0) >= 400:
        raise NoPicture(f"The app answered with {line.statuses[document]}.")


def _checked(text: str) -> bytes:
    try:
        picture = base64.b64decode(text, validate=True)
    except binascii.Error as broken:
        raise NoPicture("Chromium gave what is no picture.") from broken
    if len(picture) > MOST_BYTES or picture[:4] != b"RIFF" or picture[8:12] != b"WEBP":
        raise NoPicture("Chromium gave what is no picture, or too large a one.")
    return picture
