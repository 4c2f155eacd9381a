"""Figures about boxes, not a test: `make bench-sandboxes` prints them for bubblewrap and for the Docker engine.

Beside each stands what we want of it, where we have said so. A page counts as there when it was answered with 200.
"""

import asyncio
import itertools
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from projects.masking import Masker
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import asking as pages
from sandboxes.runtime import boxes as asking
from sandboxes.runtime import lifecycle, sync, waking
from sandboxes.runtime.looking import look
from sandboxes.wire import FileWrite, Wire, boxes, loop
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, alice, make_app
from tests.sandboxes.preview.conftest import Visitor, visitor

__all__ = ["alice", "make_app", "visitor"]

pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("transactional_db")]

MANY, FEW = 40, 6
PORT = 5173
MODULE = "/src/App.tsx"
LARGE, LARGE_FILE = 4 << 20, "/large.bin"
# Asked within the box itself, without anything of ours in between.
INSIDE = """
import sys, time, urllib.request
took, size = [], 0
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    size = len(urllib.request.urlopen(sys.argv[1]).read())
    took.append(time.perf_counter() - began)
print(size, *took)
"""


@pytest.fixture(params=["process", "docker"])
def backend(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    settings.SANDBOX_BACKEND = request.param
    boxes.forget()
    yield request.param
    boxes.forget()


def told(what: str, took: list[float], *, want: str = "") -> None:
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    print(f"  {what:38} median {statistics.median(took):7.1f} ms  p95 {p95:7.1f} ms  ({len(took)}×)  {want}")


def told_rate(what: str, took: list[float]) -> None:
    rates = [LARGE / 1000 / one for one in took]
    print(f"  {what:38} median {statistics.median(rates):7.1f} MB/s, least {min(rates):.1f} MB/s  ({len(rates)}×)")


def timed(times: int, work: Callable[[], object], *, before: Callable[[], object] = int) -> list[float]:
    took = []
    for _ in range(times):
        before()
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return took


def ask(sandbox: Sandbox, work: Callable[[Wire], Awaitable[Any]]) -> Any:
    return asking.ask(sandbox, work, timeout=60)


def test_figures(backend: str, make_app: MakeApp, visitor: Visitor) -> None:
    sandbox = make_app({**apps.REACT, "public/large.bin": os.urandom(LARGE)})
    lifecycle.ensure(sandbox)  # whatever is made once is there
    print(f"\n{backend}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; a React app of Vite")
    _memory(sandbox, "an idle box")
    woken = partial(waking.wake, str(sandbox.pk))
    told("cold, to the page", timed(FEW, woken, before=lambda: _end(sandbox)), want="wanted: below 2 s")
    sandbox.refresh_from_db()
    _memory(sandbox, "a running box")
    told("run `true`", timed(MANY, lambda: ask(sandbox, lambda wire: wire.exec(["true"], timeout=10))))
    for count in (1, 50):
        want = "wanted: below 5 ms" if count == 1 else ""
        told(f"write {count} files of 2 kB", timed(MANY, _writes(sandbox, count)), want=want)
    told("bring up to date, one file changed", _changes(sandbox))
    told("a module, from its change", _edits(sandbox), want="wanted: below 50 ms")
    _through_and_within(sandbox, visitor)


def _end(sandbox: Sandbox) -> None:
    lifecycle.destroy(sandbox)


def _memory(sandbox: Sandbox, what: str) -> None:
    """The most of some looks: a watchdog takes it every now and then."""
    sandbox.refresh_from_db()
    handle = boxes.handle_of(sandbox)
    seen = []
    for _ in range(10):
        ask(sandbox, lambda wire: asyncio.sleep(0.3))
        seen.append(loop.call(boxes.of(handle).stats(handle), 20).memory_bytes)
    print(f"  {what:38} {max(seen) >> 20} MB")


def _writes(sandbox: Sandbox, count: int) -> Callable[[], object]:
    numbers = itertools.count()

    async def write(wire: Wire) -> None:
        number = next(numbers)
        await wire.write([FileWrite(f"notes/{one}.txt", f"{number:2000}".encode()) for one in range(count)])

    return lambda: ask(sandbox, write)


def _changes(sandbox: Sandbox) -> list[float]:
    """What somebody else wrote is set right; the tree of the box is listed for it."""
    manifest = manifest_of(sandbox)
    other = [FileWrite("src/App.tsx", b"export default () => <p>another</p>;\n")]
    spoil = partial(ask, sandbox, lambda wire: wire.write(other))
    return timed(MANY // 2, partial(sync.sync, sandbox, manifest), before=spoil)


def _edits(sandbox: Sandbox) -> list[float]:
    """From the write to the module that holds it. Vite misses what comes too soon after the change before."""
    took = []
    for number in range(MANY // 2):
        mark = f"written-{number}"
        text = f"export default () => <p>{mark}</p>;\n".encode()
        began = time.perf_counter()
        ask(sandbox, partial(_put, text))
        ask(sandbox, partial(_holds, mark))
        took.append((time.perf_counter() - began) * 1000)
        ask(sandbox, lambda wire: asyncio.sleep(0.4))
    return took


async def _put(text: bytes, wire: Wire) -> None:
    await wire.write([FileWrite("src/App.tsx", text)])


async def _holds(mark: str, wire: Wire) -> None:
    async with asyncio.timeout(20):
        while mark not in (await pages.get(wire, PORT, MODULE)).text:
            await asyncio.sleep(0.002)


def _through_and_within(sandbox: Sandbox, visitor: Visitor) -> None:
    """Through the preview, over the wire alone, and within the box, where nothing of ours is in between."""
    sync.sync(sandbox, manifest_of(sandbox))
    ask(sandbox, lambda wire: look(wire, PORT, Masker(())))
    told("a module within the box", _within(sandbox, MODULE, MANY))
    told("a module over the wire", timed(MANY, lambda: ask(sandbox, lambda wire: pages.get(wire, PORT, MODULE))))
    told("a module through the preview", timed(MANY, lambda: _through(visitor, sandbox, MODULE)))
    told_rate("4 MB within the box", _within(sandbox, LARGE_FILE, FEW))
    told_rate("4 MB through the preview", timed(FEW, lambda: _through(visitor, sandbox, LARGE_FILE)))


def _through(visitor: Visitor, sandbox: Sandbox, path: str) -> None:
    answer = visitor.get(sandbox, path)
    assert answer.status_code == 200, answer.text[:300]
    assert path != LARGE_FILE or len(answer.content) == LARGE


def _within(sandbox: Sandbox, path: str, times: int) -> list[float]:
    argv = ["python3", "-c", INSIDE, f"http://localhost:{PORT}{path}", str(times)]
    done = ask(sandbox, lambda wire: wire.exec(argv, timeout=50))
    assert done.exit_code == 0, done.output
    size, *took = done.output.split()
    assert path != LARGE_FILE or int(size) == LARGE
    return [float(one) * 1000 for one in took]
