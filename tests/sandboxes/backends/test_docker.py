"""The Docker back end's own promises: what a container may, what outlives whom, and engines that come and go."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sandboxes import wire
from sandboxes.backends import base, container, docker
from sandboxes.wire import boxes
from tests.sandboxes.backends.conftest import until

pytestmark = pytest.mark.docker

CREATE = """
import asyncio, pathlib, sys
from sandboxes.backends import base, docker, engine
home, box, install, host, image = sys.argv[1:]
backend = docker.DockerBackend(pathlib.Path(home), install, engine.Address(host), base_image=image)
asyncio.run(backend.create(base.Spec(id=box)))
print("made", flush=True)
sys.stdin.read()
"""
EAT = "x = [bytearray(b'x' * (4 << 20)) for _ in range(400)]; import time; time.sleep(60)"
FORK = "import os, time\nfor _ in range(60):\n    if not os.fork(): time.sleep(60)\ntime.sleep(60)"


@pytest.fixture
def backend(by_engine: docker.DockerBackend) -> docker.DockerBackend:
    return by_engine


async def inspect(backend: docker.DockerBackend, handle: base.Handle) -> Any:
    return await backend.engine.call(lambda client: client.inspect_container(backend._name(handle["id"])))


async def limited(backend: base.SandboxBackend, **limits: int) -> tuple[base.Handle, wire.Wire]:
    handle = await backend.create(base.Spec(id="limited", limits=base.Limits(**limits)))
    return handle, await wire.attach(backend, handle)


async def test_it_is_given_nothing_but_what_is_listed(backend: docker.DockerBackend, handle: base.Handle) -> None:
    told = await inspect(backend, handle)
    host = told["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"]
    assert not host["Privileged"]
    assert host["PidsLimit"] == 256
    assert host["Memory"] == host["MemorySwap"] == 1536 << 20
    assert host["NanoCpus"] == 1_000_000_000
    assert host["IpcMode"] == "private"
    assert host["LogConfig"] == {"Type": "local", "Config": {"max-file": "2", "max-size": "5m"}}
    assert not host["Binds"]
    assert not host["PortBindings"]
    assert [mount for mount in told["Mounts"] if mount["Type"] != "tmpfs"] == []
    assert {limit["Name"] for limit in host["Ulimits"]} == {"nofile", "core", "fsize"}
    assert told["Config"]["User"].partition(":")[0] not in {"", "0", "root"}


async def test_a_memory_hog_is_killed_and_the_box_goes_on(backend: docker.DockerBackend) -> None:
    _, box = await limited(backend, memory_mb=300)
    result = await box.exec(["python3", "-c", EAT], timeout=60)
    assert result.exit_code == -signal.SIGKILL
    assert not result.timed_out
    assert (await box.exec(["echo", "still here"], timeout=10)).output == "still here\n"
    await box.close()


async def test_many_processes_are_refused_to_the_box(backend: docker.DockerBackend) -> None:
    _, box = await limited(backend, processes=40)
    result = await box.exec(["python3", "-c", FORK], timeout=20)
    assert "Resource temporarily unavailable" in result.output
    assert (await box.exec(["echo", "still here"], timeout=10)).output == "still here\n"
    await box.close()


async def test_a_disk_is_of_a_fixed_size_and_number_of_files(backend: docker.DockerBackend) -> None:
    _, box = await limited(backend, disk_mb=16, files=200)
    result = await box.exec(
        ["sh", "-c", "seq 300 | xargs touch; rm -f [0-9]*; head -c 32M /dev/zero > big"], timeout=20
    )
    assert result.output.count("No space left on device") >= 2
    await box.write([], delete=["big"])
    await box.write([wire.FileWrite("small", b"x")])
    await box.close()


async def test_use_is_measured(backend: docker.DockerBackend, handle: base.Handle) -> None:
    box = await wire.attach(backend, handle)
    await box.write([wire.FileWrite("x", bytes(2 << 20))])
    usage = await backend.stats(handle)
    assert usage.memory_bytes > 2 << 20
    assert usage.disk_bytes >= 2 << 20
    assert 2 <= usage.processes <= 10
    assert usage.cpu_seconds > 0
    await box.close()
    assert await backend.stats({"backend": "docker", "id": "nobody"}) == base.Usage()


async def test_a_paused_box_stands_still_until_it_is_resumed(
    backend: docker.DockerBackend, handle: base.Handle, box: wire.Wire
) -> None:
    await backend.pause(handle)
    await backend.pause(handle)
    assert await backend.state(handle) == "paused"
    asked = asyncio.ensure_future(box.exec(["echo", "awake"], timeout=20))
    done, _ = await asyncio.wait({asked}, timeout=0.3)
    assert not done
    await backend.resume(handle)
    assert await backend.state(handle) == "running"
    assert (await asked).output == "awake\n"


async def test_a_box_outlives_the_process_that_made_it(backend: docker.DockerBackend, home: Path, install: str) -> None:
    words = (str(home), "orphan", install, backend.address.url, settings.SANDBOX_BASE_IMAGE)
    maker = subprocess.Popen(
        [sys.executable, "-c", CREATE, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert maker.stdout
    assert await asyncio.to_thread(maker.stdout.readline) == b"made\n"
    maker.kill()
    maker.communicate()
    [owned] = await backend.list_owned(install)
    assert (owned.handle, owned.state) == ({"backend": "docker", "id": "orphan"}, "running")
    box = await wire.attach(backend, owned.handle)
    assert (await box.exec(["echo", "here"], timeout=10)).output == "here\n"
    await box.close()


async def test_a_box_ends_when_nobody_is_heard_of_for_the_grace(home: Path, install: str, by_engine: Any) -> None:
    backend = docker.DockerBackend(home, install, boxes.address(), base_image=settings.SANDBOX_BASE_IMAGE, grace=2.0)
    attached = await backend.create(base.Spec(id="attached"))
    asked_after = await backend.create(base.Spec(id="asked-after"))
    box = await wire.attach(backend, attached)
    for _ in range(8):
        await asyncio.sleep(0.5)  # longer than the grace in all, which is what is tested
        await backend.list_owned(install)
    assert await backend.state(asked_after) == "running"
    await until(lambda: _is(backend, asked_after, "stopped"))
    assert await backend.state(attached) == "running"
    await box.close()
    await until(lambda: _is(backend, attached, "stopped"))
    with pytest.raises(wire.Broken, match="The box ended"):
        await wire.attach(backend, attached)


async def test_a_wire_that_is_closed_leaves_no_connector(
    backend: docker.DockerBackend, handle: base.Handle, box: wire.Wire
) -> None:
    for _ in range(3):
        await (await wire.attach(backend, handle)).close()
    await until(lambda: _one_connector(box))


async def test_a_connector_that_is_killed_is_a_broken_wire(
    backend: docker.DockerBackend, handle: base.Handle, box: wire.Wire
) -> None:
    with pytest.raises(wire.Broken):
        await box.exec(["pkill", "-9", "-f", "connector"], timeout=10)
    again = await wire.attach(backend, handle)
    assert (await again.exec(["echo", "here"], timeout=10)).output == "here\n"
    await again.close()


async def test_destroy_leaves_nothing_and_may_be_asked_again(
    backend: docker.DockerBackend, handle: base.Handle, box: wire.Wire, install: str
) -> None:
    await box.exec(["sh", "-c", "setsid sleep 4822 &"], timeout=10)
    await asyncio.gather(*(backend.destroy(handle) for _ in range(3)))
    assert await backend.state(handle) == "gone"
    assert await backend.list_owned(install) == []
    await backend.destroy(handle)
    with pytest.raises(base.Unavailable, match="The box is gone"):
        await backend.resume(handle)


async def test_creating_twice_finds_the_box_that_is_there(
    backend: docker.DockerBackend, spec: base.Spec, handle: base.Handle, box: wire.Wire
) -> None:
    await box.write([wire.FileWrite("mine", b"x")])
    assert await backend.create(spec) == handle
    assert await box.read("mine") == b"x"


async def test_a_box_that_ended_can_be_made_again(
    backend: docker.DockerBackend, spec: base.Spec, handle: base.Handle, box: wire.Wire
) -> None:
    with pytest.raises(wire.Broken):
        await box.exec(["sh", "-c", "kill -9 -1; sleep 5"], timeout=10)
    await until(lambda: _is(backend, handle, "stopped"))
    again = await wire.attach(backend, await backend.create(spec))
    assert (await again.exec(["echo", "here"], timeout=10)).output == "here\n"
    await again.close()


async def test_boxes_of_another_installation_are_not_ours(
    backend: docker.DockerBackend, handle: base.Handle, install: str
) -> None:
    assert await backend.list_owned("somebody else") == []
    assert [ref.handle for ref in await backend.list_owned(install)] == [handle]


async def test_a_box_that_cannot_start_says_why_and_leaves_nothing(
    backend: docker.DockerBackend, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container.Abilities, "runtime", "no-such-runtime")
    with pytest.raises(base.Unavailable, match=r"The box could not be started: .*no-such-runtime"):
        await backend.create(base.Spec(id="x"))
    assert await backend.list_owned(install) == []


async def test_a_box_whose_agent_ends_at_once_says_what_it_said(
    backend: docker.DockerBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "AGENT", ("sh", "-c", "echo it hurts >&2; exit 3", "--"))
    handle = await backend.create(base.Spec(id="x"))
    await until(lambda: _is(backend, handle, "stopped"))
    with pytest.raises(wire.Broken, match="The box ended: it hurts"):
        await wire.attach(backend, handle)


@pytest.mark.parametrize("name", ["../x", "", "a/b", "A", "a" * 65, "-a"])
async def test_a_name_that_is_a_path_is_refused(backend: docker.DockerBackend, name: str) -> None:
    with pytest.raises(base.Unavailable, match="cannot be the name of a box"):
        await backend.create(base.Spec(id=name))


async def _is(backend: docker.DockerBackend, handle: base.Handle, state: base.BoxState) -> bool:
    return await backend.state(handle) == state


async def _one_connector(box: wire.Wire) -> bool:
    counted = await box.exec(["pgrep", "-c", "-f", "connector"], timeout=10)
    return counted.output == "1\n"
