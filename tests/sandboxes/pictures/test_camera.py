"""A picture of one page, taken by a real Chromium; and pages that mean harm, tried for real."""

import asyncio
import contextlib
import os
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from sandboxes.backends import fences, measures
from sandboxes.pictures import camera, programs, rooms, watching
from sandboxes.pictures.errors import NoCamera, NoPicture
from sandboxes.wire import loop
from tests.installation import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.box]
PORT = 4321


@pytest.fixture(autouse=True)
def _with_chromium(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHROMIUM = ""
    monkeypatch.setattr(camera, "_unfit", {})


class App:
    """Answers with these pages, and keeps what it was asked for."""

    def __init__(self, pages: dict[str, str], *, status: int = 200) -> None:
        self.pages, self.status, self.asked = pages, status, list[str]()
        self.is_over = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, OSError):
            return
        path = head.split(b" ", 2)[1].decode()
        self.asked.append(path)
        if path == "/told?end=1":
            self.is_over.set()
        elif path == "/hold":
            await self.is_over.wait()
        body = self.pages.get(path.partition("?")[0], "").encode()
        kind = "text/html" if path.partition("?")[0] in self.pages else "text/plain"
        writer.write(
            b"HTTP/1.1 %d Well\r\ncontent-type: %s; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            % (self.status, kind.encode(), len(body), body)
        )
        await writer.drain()

    def told(self) -> list[str]:
        """What a page's script found out."""
        return [path.partition("?")[2] for path in self.asked if path.startswith("/told?")]


def taken(app: App) -> bytes:
    return loop.call(camera.take(app, port=PORT), 110)[0]


def size(picture: bytes) -> tuple[int, int]:
    """Of a WebP, from its first chunk."""
    kind = picture[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(picture[at : at + 3], "little") + 1 for at in (24, 27))
    else:
        assert kind == b"VP8 "
        width, height = (number & 0x3FFF for number in struct.unpack("<HH", picture[26:30]))
    return width, height


def test_a_page_is_taken_in_half_its_size_by_chromium_in_its_own_sandbox_inside_of_a_box() -> None:
    app = App({"/": "<title>Hello</title><body style='background: teal'><h1>Hello</h1>"})
    picture, room = loop.call(camera.take(app, port=PORT), 110)
    assert size(picture) == (640, 400)
    assert 500 < len(picture) < camera.MOST_BYTES
    assert room.says == "in its own sandbox, inside of a box"
    assert app.asked[0] == "/"


@pytest.mark.parametrize("fence", [fences.DOUBLE, fences.SINGLE], ids=["by root", "by another user"])
def test_each_room_works_with_the_walls_of_root_and_of_others(
    fence: fences.Fence, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = programs.find()
    assert program
    for room in rooms.within(fence):
        monkeypatch.setattr(camera, "_rooms", {program: room})
        picture, where = loop.call(camera.take(App({"/": "<h1>Hello</h1>"}), port=PORT), 110)
        assert (size(picture), where) == ((640, 400), room)


# --- pages that mean harm ----------------------------------------------------------------------


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[tuple[int, list[object]]]:
    """Somebody on this machine who is not to be reached: as a database, a broker or the dashboard."""
    came: list[object] = []
    with socket.create_server((host, 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, address = server.accept()
                    came.append(address)
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 2\r\n\r\nhi"
                    )
                    connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], came
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


REACHING = """<title>Reaching</title><script type="module">
fetch("/hold");  // as long as it waits, the page is not silent
const tell = (what, how) => fetch(`/told?${what}=${how}`);
const one = (what, url) => fetch(url, {mode: "no-cors", signal: AbortSignal.timeout(5000)})
  .then(() => tell(what, "reached"), () => tell(what, "refused"));
const frame = url => new Promise(done => {
  const made = document.createElement("iframe");
  made.src = url; made.onload = done; made.onerror = done;
  document.body.append(made); setTimeout(done, 3000);
});
const socket = url => new Promise(done => {
  const made = new WebSocket(url);
  made.onopen = () => done("reached"); made.onerror = () => done("refused");
});
await Promise.all([
  one("machine", "http://127.0.0.1:MACHINE/"), one("named", "http://localhost:MACHINE/"),
  one("six", "http://[::1]:MACHINE/"), one("any", "http://0.0.0.0:MACHINE/"),
  one("outside", "http://192.0.2.1/"), one("name", "https://example.com/"), one("own", "http://OWN:MACHINE/"),
  one("file", "file:///etc/passwd"), frame("file:///etc/passwd"), frame("http://127.0.0.1:MACHINE/"),
  socket("ws://127.0.0.1:MACHINE/").then(how => tell("socket", how)),
]);
let camera = "refused";
try { await navigator.mediaDevices.getUserMedia({video: true}); camera = "reached"; } catch {}
await tell("camera", camera);
await tell("end", "1");
</script>"""


def test_a_page_reaches_neither_this_machine_nor_the_world_nor_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "SECONDS", 70.0)
    monkeypatch.setattr(camera, "_QUIET", 50.0)
    with listening("0.0.0.0") as (port, came):
        own = socket.gethostbyname(socket.gethostname())
        app = App({"/": REACHING.replace("MACHINE", str(port)).replace("OWN", own)})
        assert size(taken(app)) == (640, 400)
        with socket.create_connection(("127.0.0.1", port)):
            wait_for(lambda: came, seconds=10, what="whoever listens to be found")
    assert len(came) == 1
    found = dict(told.split("=") for told in app.told())
    assert found.pop("end") == "1"
    assert set(found) == {"machine", "named", "six", "any", "outside", "name", "own", "file", "socket", "camera"}
    assert set(found.values()) == {"refused"}


BOTHERING = """<title>Bothering</title><body style="background: purple"><script>
alert("one"); confirm("two"); prompt("three");
for (let n = 0; n < 20; n++) { const other = open("/other?" + n); fetch("/told?" + (other ? "opened" : "blocked")); }
onbeforeunload = () => "stay";
const link = document.createElement("a"); link.href = "/file"; link.download = "file.bin"; link.click();
Notification.requestPermission(); print();
</script><h1>Look</h1>"""


def test_a_page_that_asks_and_opens_windows_is_taken_all_the_same() -> None:
    app = App({"/": BOTHERING, "/other": "<h1>Another</h1>"})
    assert size(taken(app)) == (640, 400)
    assert set(app.told()) == {"blocked"}
    assert not [path for path in app.asked if path.startswith("/other")]


def seen_while(app: App) -> tuple[Callable[..., Awaitable[None]], set[int]]:
    """The processes that take its picture, as they are when the page asks for something."""
    found = set[int]()

    async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.update(set(watching.descendants(os.getpid())) - before)
        await app(reader, writer)

    before = set(watching.descendants(os.getpid()))
    return door, found


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and " Z " not in (measures.read(f"/proc/{pid}/stat") or " Z ")


def test_a_page_that_never_ends_is_given_up_and_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "SECONDS", 6.0)
    monkeypatch.setattr(camera, "_QUIET", 2.0)
    door, pids = seen_while(App({"/": "<h1>On and on</h1><script>for (;;) {}</script>"}))
    with pytest.raises(NoPicture, match="too long"):
        loop.call(camera.take(door, port=PORT), 110)
    assert len(pids) > 5
    wait_for(lambda: not [pid for pid in pids if is_alive(pid)], seconds=20, what="its processes to end")


GREEDY = """<h1>More</h1><script>
const kept = [];
setInterval(() => kept.push(new Uint8Array(128 << 20).fill(kept.length + 1)), 1);
</script>"""


def test_a_page_that_takes_memory_gets_a_bounded_part_of_it(record_property: Callable[[str, object], None]) -> None:
    door, pids = seen_while(App({"/": GREEDY}))
    most, is_over = [0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.1):
            most.append(sum(measures.share(pid) for pid in watching.descendants(os.getpid())[1:]))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        with contextlib.suppress(NoPicture):
            loop.call(camera.take(door, port=PORT), 110)
    finally:
        is_over.set()
        looking.join()
    assert pids
    record_property(
        "figure", f"a page that takes all the memory it can get: {max(most) >> 20} MB with Chromium around it"
    )
    assert rooms.MEMORY // 2 < max(most) < watching.MOST + rooms.MEMORY


def test_what_has_taken_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST", 64 << 20)
    door, pids = seen_while(App({"/": "<h1>Small</h1><script>setInterval(() => fetch('/more'), 50)</script>"}))
    with pytest.raises((NoPicture, NoCamera)):
        loop.call(camera.take(door, port=PORT), 110)
    wait_for(lambda: not [pid for pid in pids if is_alive(pid)], seconds=20, what="its processes to end")


def test_a_page_that_is_a_failure_is_no_picture() -> None:
    with pytest.raises(NoPicture, match="500"):
        taken(App({"/": "<h1>Broken</h1>"}, status=500))


def test_a_program_that_is_no_browser_is_found_out_once(settings: Settings, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    settings.CHROMIUM = str(program)
    for says in ("does not start in a box", "a while ago"):
        with pytest.raises(NoCamera, match=says):
            taken(App({}))


def test_without_a_program_there_is_no_camera(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.CHROMIUM = "none"
    with pytest.raises(NoCamera, match="not found"):
        taken(App({}))
    settings.CHROMIUM = ""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCamera, match="not found"):
        taken(App({}))
