"""What a program tries that wants out of its box, or wants more than its share. The list is the research's; each line
is tried in a real box of each back end."""

import asyncio
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandboxes import wire
from sandboxes.backends import base, docker
from tests.sandboxes.backends.conftest import backend, by_engine, by_process, handle, home, install, spec

__all__ = ["backend", "by_engine", "by_process", "handle", "home", "install", "spec"]

# Prints what succeeded; what was refused is not worth a word.
TRY = """
import ctypes, errno, json, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
won = []

def act(name, work):
    try:
        if work() not in (None, False): won.append(name)
    except (OSError, ValueError): pass

def wrote(path):
    with open(path, "ab") as file: file.write(b"x")
    return True

def call(number, *words):
    ctypes.set_errno(0)
    answer = libc.syscall(number, *words)
    return answer >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES)

def opened(kind, flavour, protocol=0):
    socket.socket(kind, flavour, protocol).close()
    return True
"""

FILES = """
for path in ("/x", "/etc/x", "/etc/passwd", "/etc/ld.so.preload", "/usr/bin/env", "/usr/x", "/opt/x", "/opt/djinn/x",
             "/opt/templates/x", "/bin/sh", "/lib/x", "/root/x", "/var/x", "/run/x", "/dev/x", "/sys/x"):
    act("write " + path, lambda: wrote(path))
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger",
             "/proc/1/oom_score_adj", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/release_agent",
             "/sys/fs/cgroup/memory/memory.limit_in_bytes",
             "/proc/irq/0/smp_affinity", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda"):
    act("write " + path, lambda: wrote(path))
act("read kcore", lambda: len(open("/proc/kcore", "rb").read(1)) == 1)
act("read shadow", lambda: len(open("/etc/shadow").read()) > 0)
act("make a device", lambda: os.mknod("/tmp/sda", 0o60666, os.makedev(8, 0)) is None)
"""
RIGHTS = """
act("become root", lambda: os.setuid(0) is None)
act("become root's group", lambda: os.setgid(0) is None)
act("take groups", lambda: os.setgroups([0]) is None)
act("chroot", lambda: os.chroot("/tmp") is None)
act("mount", lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0)
for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("net", 0x40000000), ("pid", 0x20000000)):
    act("unshare " + name, lambda: libc.unshare(flag) == 0)
act("lower its niceness", lambda: os.nice(-10) < 0)
act("kill what is not its own", lambda: os.kill(1, 0) is None and os.stat("/proc/1").st_uid != os.getuid())
act("raw socket", lambda: opened(socket.AF_INET, socket.SOCK_RAW, 1))
act("packet socket", lambda: opened(socket.AF_PACKET, socket.SOCK_RAW, 0x300))
"""
CALLS = """
for name, number in (("kexec_load", 246), ("init_module", 175), ("finit_module", 313), ("delete_module", 176),
                     ("reboot", 169), ("swapon", 167), ("settimeofday", 164), ("pivot_root", 155), ("iopl", 172),
                     ("acct", 163), ("sethostname", 170)):
    act(name, lambda: call(number, 0, 0, 0, 0, 0))
"""
FILTERED = """
for name, number in (("keyctl", 250), ("add_key", 248), ("request_key", 249), ("perf_event_open", 298),
                     ("userfaultfd", 323), ("move_pages", 279), ("ustat", 136), ("nfsservctl", 180), ("bpf", 321),
                     ("open_by_handle_at", 304), ("quotactl", 179)):
    act(name, lambda: call(number, 0, 0, 0, 0, 0))
"""
HOLD = """
import ctypes, time
while ctypes.CDLL(None).inotify_init() >= 0: pass
print("all")
time.sleep(60)
"""
TOLD = "print(json.dumps(won))"


@pytest.fixture
async def box(backend: base.SandboxBackend, handle: base.Handle) -> AsyncIterator[wire.Wire]:
    attached = await wire.attach(backend, handle)
    yield attached
    await attached.close()


async def won(box: wire.Wire, *attempts: str) -> list[str]:
    told = await box.exec(["python3", "-c", "".join([TRY, *attempts, TOLD])], timeout=60)
    assert told.exit_code == 0, told.output
    found: list[str] = json.loads(told.output.splitlines()[-1])
    return found


@pytest.mark.parametrize("attempt", [FILES, RIGHTS, CALLS], ids=["files", "rights", "calls"])
async def test_nothing_of_the_machine_is_won(box: wire.Wire, attempt: str) -> None:
    assert await won(box, attempt) == []


@pytest.mark.docker
async def test_an_engine_filters_calls_that_need_no_rights(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    """bubblewrap has no filter: there these are as open as to any program of the machine."""
    box = await wire.attach(by_engine, await by_engine.create(spec))
    assert await won(box, FILTERED) == []
    await box.close()


async def test_no_program_gives_more_rights_than_its_caller_has(box: wire.Wire) -> None:
    """In a container none is there; a box of namespaces shows the machine's own, which are powerless in it."""
    found = await box.exec(
        ["sh", "-c", "for f in $(find /bin /usr /opt -xdev -perm /6000 -type f 2>/dev/null); do $f -c id; done"],
        timeout=60,
    )
    assert "uid=0" not in found.output
    assert "euid" not in found.output


async def test_sockets_of_the_host_without_a_name_in_the_file_system_are_not_reached(box: wire.Wire) -> None:
    name = f"\0djinn-attack-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        script = f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})"
        told = await box.exec(["python3", "-c", script], timeout=20)
    assert "ConnectionRefusedError" in told.output


async def test_descriptors_end(box: wire.Wire) -> None:
    script = "import os\nn=0\ntry:\n while True: os.dup(0); n+=1\nexcept OSError: print(n)"
    assert int((await box.exec(["python3", "-c", script], timeout=30)).output) <= 8192


async def test_one_box_cannot_use_up_what_another_watches_files_with(backend: base.SandboxBackend) -> None:
    """The kernel counts watchers per user: with one user for all boxes, the first would starve the second."""
    greedy = await wire.attach(backend, await backend.create(base.Spec(id="greedy")))
    other = await wire.attach(backend, await backend.create(base.Spec(id="other")))
    await greedy.spawn("hold", ["python3", "-u", "-c", HOLD])
    async with asyncio.timeout(30):
        async for chunk in greedy.logs("hold"):
            if b"all" in chunk.data:
                break
    told = await other.exec(["python3", "-c", "import ctypes; print(ctypes.CDLL(None).inotify_init())"], timeout=20)
    is_shared = backend.name == "process" and os.geteuid() != 0  # one user for all, and said so in docs/adr/0013
    assert (int(told.output) >= 0) != is_shared
    for box in (greedy, other):
        await box.close()


async def engine_of(backend: docker.DockerBackend, work: Any) -> Any:
    return await backend.engine.call(work, seconds=60)


@pytest.mark.docker
async def test_what_is_written_to_the_engines_log_is_bounded(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    handle = await by_engine.create(spec)
    box = await wire.attach(by_engine, handle)
    await box.exec(["sh", "-c", "yes 0123456789 | head -c 60000000 > /proc/1/fd/1"], timeout=60)
    kept = await engine_of(by_engine, lambda client: len(client.logs(by_engine._name(handle["id"]))))
    assert kept < 25_000_000
    await box.close()


@pytest.mark.docker
async def test_the_processor_is_shared(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    handle = await by_engine.create(spec)
    box = await wire.attach(by_engine, handle)
    before, loop = await by_engine.stats(handle), asyncio.get_running_loop()
    began = loop.time()
    await box.exec(
        ["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do timeout 3 sh -c 'while :; do :; done' & done; wait"], timeout=30
    )
    used = (await by_engine.stats(handle)).cpu_seconds - before.cpu_seconds
    assert used / (loop.time() - began) < 1.3
    await box.close()


@pytest.mark.docker
async def test_a_box_that_kills_its_agent_has_ended_itself(by_engine: docker.DockerBackend, spec: base.Spec) -> None:
    handle = await by_engine.create(spec)
    box = await wire.attach(by_engine, handle)
    script = "import os; os.kill(os.getppid(), 9)"
    with pytest.raises(wire.Broken):
        await box.exec(["python3", "-c", script], timeout=20)
    async with asyncio.timeout(20):
        while await by_engine.state(handle) == "running":
            await asyncio.sleep(0.05)
    with pytest.raises(wire.Broken, match="The box ended"):
        await wire.attach(by_engine, handle)
    await box.close()
