"""Every line of `sandboxes/backends/promises.py`, tried on every kind of box; and, so that it is known to be able to
succeed, on one without walls."""

import asyncio
import dataclasses
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandboxes import wire
from sandboxes.backends import base, docker, fences, process, promises
from sandboxes.backends.promises import Grade
from sandboxes.wire.egress import EgressPolicy
from tests.attacks import measured, weaker
from tests.attacks.measured import NO_SHARE, SHARE, made
from tests.installation import free_port
from tests.sandboxes.backends.conftest import backend, by_engine, by_process, home, install

__all__ = ["backend", "by_engine", "by_process", "home", "install"]

TRIED = {"files", "secrets", "rights", "namespaces", "processes", "calls", "network", "neighbours"}
SHARED = {"memory", "programs", "disk", "many files", "scratch", "descriptors", "processor"}
ONE_BY_ONE = {"downloads", "allowances", "output", "remains"}
# Won by whoever may; the others are won on some machines.
SURE = {
    "files": {"write /x", "write /etc/passwd", "write /bin/sh", "read the passwords", "make a device"},
    "secrets": {"read the database", "read variables"},
    "rights": {
        *("become root", "become root's group", "take groups", "gain rights by a program", "change its root", "mount"),
        *("use a raw socket", "use a socket of packets", "swap", "turn the root around", "name the machine"),
    },
    "namespaces": {
        *("make one of users", "make one of mounts", "make one of networks", "make one of processes", "join its own"),
    },
    "processes": {"see one", "trace one", "open its memory", "look at its files"},
    "calls": {
        *("keyctl", "add_key", "request_key", "perf_event_open", "userfaultfd", "move_pages", "bpf"),
        *("open_by_handle_at", "quotactl", "io_uring_setup"),
    },
    "network": {"reach a socket without a file"},
    "neighbours": {"reach its port", "reach its socket"},
}
HOLD = """
import ctypes, time
while ctypes.CDLL(None).inotify_init() >= 0: pass
print("all")
time.sleep(60)
"""
WATCH = "import ctypes; print('refused' if ctypes.CDLL(None).inotify_init() >= 0 else 'all')"
KNOCK = """
import socket
proxy = socket.create_connection(("127.0.0.1", 3128), 5)
proxy.sendall(b"CONNECT localhost:443 HTTP/1.1\\r\\n\\r\\n")
print(proxy.recv(1000).decode().splitlines()[0])
"""


class Machine:
    """Who listens on it, for boxes to find."""

    def __init__(self, stack: ExitStack, home: Path) -> None:
        self.name, self.home = f"djinn-attack-{secrets.token_hex(6)}", home
        (home / "db.sqlite3").write_text(measured.SECRET)
        listener = stack.enter_context(socket.create_server(("0.0.0.0", 0)))
        also = stack.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6))
        bound = stack.enter_context(socket.socket(socket.AF_UNIX))
        bound.bind("\0" + self.name)
        bound.listen()
        self.port, self.port_6 = listener.getsockname()[1], also.getsockname()[1]

    def given(self, *, peer_port: int, peer: str, is_weak: bool = False) -> dict[str, Any]:
        mine = socket.gethostbyname(socket.gethostname())
        own = [("127.0.0.1", self.port), (mine, self.port), ("::1", self.port_6)]
        others = [] if is_weak else [("169.254.169.254", 80), ("1.1.1.1", 53), ("192.0.2.1", 443), (mine, 2375)]
        return {
            "addresses": [*own, *others],
            "abstract": self.name,
            "peer_port": peer_port,
            "peer_abstract": peer,
            "home": str(self.home),
            "is_weak": is_weak,
        }


@pytest.fixture
def machine(home: Path) -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(stack, home)


def promised(backend: base.SandboxBackend, names: set[str]) -> dict[str, Grade]:
    fence = fences.best()
    assert fence
    in_namespaces = backend.name == "process"
    return {
        promise.name: promises.grade(promise, fence=fence) if in_namespaces else Grade.HOLDS
        for promise in promises.PROMISES
        if promise.name in names
    }


def test_every_promise_is_tried() -> None:
    assert [promise.name for promise in promises.PROMISES if promise.name not in TRIED | SHARED | ONE_BY_ONE] == []
    assert len(TRIED | SHARED | ONE_BY_ONE) == len(promises.PROMISES)


PEER = """
import socket, sys, time
bound = socket.socket(socket.AF_UNIX); bound.bind("\\0" + sys.argv[1]); bound.listen()
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
open("/dev/shm/" + sys.argv[1], "w").close()
print("there", flush=True); time.sleep(60)
"""


async def won_in(backend: base.SandboxBackend, machine: Machine) -> dict[str, list[str]]:
    name, port = f"peer-{secrets.token_hex(4)}", free_port()
    async with made(backend, "peer", SHARE) as peer, made(backend, "box", SHARE) as box:
        await peer.wire.spawn("listen", ["python3", "-u", "-c", PEER, name, str(port)])
        await _said(peer, "listen", b"there")
        return await measured.tried(box, machine.given(peer_port=port, peer=name))


async def _said(box: measured.Box, program: str, word: bytes) -> None:
    async with asyncio.timeout(30):
        async for chunk in box.wire.logs(program):
            if word in chunk.data:
                return
    raise AssertionError(f"{program} did not say {word!r}")


def graded(won: dict[str, list[str]]) -> dict[str, Grade]:
    return {promise: Grade.OPEN if found else Grade.HOLDS for promise, found in won.items()}


async def test_what_is_tried_is_won_only_where_that_is_said(backend: base.SandboxBackend, machine: Machine) -> None:
    won = await won_in(backend, machine)
    assert graded(won) == promised(backend, TRIED), won


@pytest.mark.box
@pytest.mark.parametrize(
    "fence",
    [fences.SINGLE, fences.OPEN, dataclasses.replace(fences.OPEN, filtered=False)],
    ids=["without root", "an old bubblewrap", "without a filter"],
)
async def test_fewer_walls_keep_what_is_said_of_them(
    by_process: process.ProcessBackend, machine: Machine, fence: fences.Fence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fences, "best", lambda: fence)
    won = await won_in(by_process, machine)
    assert graded(won) == promised(by_process, TRIED), won


@pytest.mark.box
async def test_all_of_it_is_won_where_there_are_no_walls(
    by_process: process.ProcessBackend, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    won = await won_without_walls(weaker.by_process(by_process, monkeypatch), machine)
    assert {promise for promise, found in won.items() if not found} == set(), won


@pytest.mark.docker
async def test_all_of_it_is_won_in_a_container_without_walls(
    by_engine: docker.DockerBackend, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    won = await won_without_walls(weaker.by_engine(by_engine, monkeypatch), machine)
    assert {promise: SURE[promise] - set(found) for promise, found in won.items()} == {name: set() for name in TRIED}


async def won_without_walls(backend: base.SandboxBackend, machine: Machine) -> dict[str, list[str]]:
    """Its neighbour is whoever else is in the machine's network."""
    given = machine.given(peer_port=machine.port, peer=machine.name, is_weak=True)
    async with made(backend, "weak", NO_SHARE) as box:
        return await measured.tried(box, given)


async def test_what_it_takes_is_bounded_as_is_said(backend: base.SandboxBackend) -> None:
    assert await measured.shares(backend, SHARE) == promised(backend, SHARED)


@pytest.mark.box
async def test_without_a_share_all_is_taken(
    by_process: process.ProcessBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await takes_all(weaker.by_process(by_process, monkeypatch))


@pytest.mark.docker
async def test_without_a_share_a_container_takes_all(
    by_engine: docker.DockerBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await takes_all(weaker.by_engine(by_engine, monkeypatch))


async def takes_all(backend: base.SandboxBackend) -> None:
    """Descriptors are the agent's to limit, in any box: they are tried without one."""
    found = await measured.shares(backend, NO_SHARE)
    assert {name for name, grade in found.items() if grade is not Grade.OPEN} == {"descriptors"}, found
    assert measured.without_any_box(measured.OPEN)


async def test_a_box_downloads_from_listed_hosts_alone(backend: base.SandboxBackend) -> None:
    """Where the machine itself is on the list, a box is let through to it: there is nobody who listens."""
    narrow, wide = (
        EgressPolicy(frozenset({"files.example"})),
        EgressPolicy(frozenset({"localhost"}), ("127.0.0.0/8", "::1")),
    )
    assert promised(backend, {"downloads"}) == {"downloads": Grade.HOLDS}
    handle = await backend.create(base.Spec(id="loading", limits=SHARE))
    for policy, said in ((None, "nothing serves this box"), (narrow, "is not on the list"), (wide, "does not answer")):
        attached = await wire.attach(backend, handle, egress=policy)
        told = await attached.exec(["python3", "-c", KNOCK], timeout=30)
        assert said in told.output
        await attached.close()


async def test_boxes_do_not_use_up_each_others_allowances(backend: base.SandboxBackend) -> None:
    assert await allowances(backend) is promised(backend, {"allowances"})["allowances"]


async def test_boxes_of_one_user_do_use_them_up(backend: base.SandboxBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    weaker.same_user_for_all(monkeypatch)
    assert await allowances(backend) is Grade.OPEN


async def allowances(backend: base.SandboxBackend) -> Grade:
    async with made(backend, "greedy", SHARE) as greedy, made(backend, "other", SHARE) as other:
        await greedy.wire.spawn("hold", ["python3", "-u", "-c", HOLD])
        await _said(greedy, "hold", b"all")
        return await other.run(WATCH)


async def test_output_is_cut_off_where_it_is_a_flood(backend: base.SandboxBackend) -> None:
    async with made(backend, "loud", SHARE) as box:
        assert await measured.output(box, 64 << 10) is promised(backend, {"output"})["output"]
        assert await measured.output(box, 64 << 20) is Grade.OPEN


async def test_nothing_is_left_of_a_box_that_is_gone(backend: base.SandboxBackend) -> None:
    assert await measured.remains(backend, "4741.5") is promised(backend, {"remains"})["remains"]
