"""The process back end's own promises: its watchdog, and what outlives whom."""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandboxes import wire
from sandboxes.backends import base, process
from tests.sandboxes.backends.conftest import alive, until

pytestmark = pytest.mark.box

CREATE = """
import asyncio, pathlib, sys
from sandboxes.backends import base, process
backend = process.ProcessBackend(pathlib.Path(sys.argv[1]), sys.argv[3])
asyncio.run(backend.create(base.Spec(id=sys.argv[2])))
print("made", flush=True)
sys.stdin.read()
"""
EAT = "x = [bytearray(b'x' * (4 << 20)) for _ in range(400)]; import time; time.sleep(60)"
FORK = "import os, time\nfor _ in range(60):\n    if not os.fork(): time.sleep(60)\ntime.sleep(60)"


@pytest.fixture
def backend(by_process: process.ProcessBackend) -> process.ProcessBackend:
    return by_process


async def limited(backend: base.SandboxBackend, **limits: int) -> tuple[base.Handle, wire.Wire]:
    handle = await backend.create(base.Spec(id="limited", limits=base.Limits(**limits)))
    return handle, await wire.attach(backend, handle)


async def test_a_memory_hog_is_killed_and_the_box_goes_on(backend: process.ProcessBackend) -> None:
    handle, box = await limited(backend, memory_mb=300)
    result = await box.exec(["python3", "-c", EAT], timeout=30)
    assert result.exit_code == -signal.SIGKILL
    assert not result.timed_out
    assert (await backend.stats(handle)).note == (
        "The app used more than 300 MB of memory, so its largest process was killed."
    )
    assert (await box.exec(["echo", "still here"], timeout=10)).output == "still here\n"
    await box.close()


async def test_many_processes_are_refused_to_the_box(backend: process.ProcessBackend) -> None:
    _, box = await limited(backend, processes=40)
    result = await box.exec(["python3", "-c", FORK], timeout=20)
    assert "Resource temporarily unavailable" in result.output
    assert (await box.exec(["echo", "still here"], timeout=10)).output == "still here\n"
    await box.close()


async def test_a_full_disk_ends_the_box_and_says_so(backend: process.ProcessBackend) -> None:
    handle, box = await limited(backend, disk_mb=32)
    with pytest.raises(wire.Broken):
        await box.exec(["sh", "-c", "head -c 64M /dev/zero > big; sleep 60"], timeout=30)
    await until(lambda: _is(backend, handle, "stopped"))
    assert (await backend.stats(handle)).note == "The app filled more than 32 MB of disk."
    with pytest.raises(wire.Broken, match="more than 32 MB of disk"):
        await wire.attach(backend, handle)
    await box.close()


async def test_use_is_measured(backend: process.ProcessBackend, handle: base.Handle, box: wire.Wire) -> None:
    await box.write([wire.FileWrite("x", bytes(1 << 20))])
    await until(lambda: _uses_disk(backend, handle))
    usage = await backend.stats(handle)
    assert usage.memory_bytes > 1 << 20
    assert 2 <= usage.processes <= 5
    assert usage.cpu_seconds >= 0


async def test_a_paused_box_stands_still_until_it_is_resumed(
    backend: process.ProcessBackend, handle: base.Handle, box: wire.Wire
) -> None:
    await backend.pause(handle)
    assert await backend.state(handle) == "paused"
    asked = asyncio.ensure_future(box.exec(["echo", "awake"], timeout=20))
    done, _ = await asyncio.wait({asked}, timeout=0.3)
    assert not done
    await backend.pause(handle)
    await backend.resume(handle)
    assert await backend.state(handle) == "running"
    assert (await asked).output == "awake\n"


async def test_a_box_outlives_the_process_that_made_it(
    backend: process.ProcessBackend, home: Path, install: str
) -> None:
    maker = subprocess.Popen(
        [sys.executable, "-c", CREATE, str(home), "orphan", install],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path.cwd(),
    )
    assert maker.stdout
    assert await asyncio.to_thread(maker.stdout.readline) == b"made\n"
    maker.kill()
    maker.communicate()
    owned = await backend.list_owned(install)
    assert [(ref.handle["id"], ref.state) for ref in owned] == [("orphan", "running")]
    box = await wire.attach(backend, json.loads(json.dumps(owned[0].handle)))
    assert (await box.exec(["echo", "here"], timeout=10)).output == "here\n"
    await box.close()


async def test_a_box_ends_when_its_installation_has_been_dead_for_the_grace(tmp_path: Path) -> None:
    with Path(tmp_path, "lock").open("w"):
        (tmp_path / "run").mkdir()
    backend = process.ProcessBackend(tmp_path, "lonely", grace=1.0)
    lock = os.open(tmp_path / "run" / "server.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    handle = await backend.create(base.Spec(id="lonely"))
    box = await wire.attach(backend, handle)
    await box.spawn("job", ["sleep", "4720"])
    with pytest.raises(TimeoutError):
        await until_gone(backend, handle, 1.5)
    os.close(lock)
    await until_gone(backend, handle, 10)
    assert not alive("4720")
    assert list((tmp_path / "run").iterdir()) == [tmp_path / "run" / "server.lock"]
    assert list((tmp_path / "boxes").iterdir()) == []
    await box.close()


async def until_gone(backend: process.ProcessBackend, handle: base.Handle, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while await backend.state(handle) != "gone":
            await asyncio.sleep(0.02)


async def test_a_killed_warden_takes_its_box_along(
    backend: process.ProcessBackend, handle: base.Handle, home: Path
) -> None:
    box = await wire.attach(backend, handle)
    await box.spawn("job", ["sleep", "4721"])
    os.kill(json.loads((home / "run" / f"{handle['id']}.json").read_text())["pid"], signal.SIGKILL)
    await until(lambda: _gone("4721"))
    await until(lambda: _is(backend, handle, "stopped"))
    await backend.destroy(handle)
    assert await backend.state(handle) == "gone"
    await box.close()


async def test_destroy_leaves_nothing_and_may_be_asked_again(
    backend: process.ProcessBackend, handle: base.Handle, box: wire.Wire, home: Path, install: str
) -> None:
    await box.write([wire.FileWrite("a/b", b"x")])
    await box.exec(["sh", "-c", "setsid sleep 4722 & mkdir locked; touch locked/x; chmod 000 locked"], timeout=10)
    await backend.destroy(handle)
    assert not alive("4722")
    assert not alive(handle["id"])
    assert await backend.state(handle) == "gone"
    assert await backend.list_owned(install) == []
    assert [path.name for path in (home / "run").iterdir()] == ["server.lock"]
    assert list((home / "boxes").iterdir()) == []
    await backend.destroy(handle)


async def test_creating_twice_finds_the_box_that_is_there(
    backend: process.ProcessBackend, spec: base.Spec, handle: base.Handle, box: wire.Wire
) -> None:
    await box.write([wire.FileWrite("mine", b"x")])
    assert await backend.create(spec) == handle
    assert await box.read("mine") == b"x"


async def test_a_stopped_box_can_be_made_again_with_its_files(
    backend: process.ProcessBackend, spec: base.Spec, handle: base.Handle
) -> None:
    box = await wire.attach(backend, handle)
    await box.write([wire.FileWrite("mine", b"x")])
    with pytest.raises(wire.Broken):
        await box.exec(["sh", "-c", "kill -9 -1; sleep 5"], timeout=10)
    await until(lambda: _is(backend, handle, "stopped"))
    await box.close()
    again = await wire.attach(backend, await backend.create(spec))
    assert await again.read("mine") == b"x"
    await again.close()


async def test_boxes_of_another_installation_are_not_ours(
    backend: process.ProcessBackend, handle: base.Handle, home: Path, install: str
) -> None:
    (home / "run" / "Other_File.json").write_text("{}")
    assert await backend.list_owned("somebody else") == []
    assert [ref.handle for ref in await backend.list_owned(install)] == [handle]


async def test_a_folder_that_nobody_answers_for_is_found_and_cleared(
    backend: process.ProcessBackend, install: str, home: Path
) -> None:
    (home / "boxes" / "left" / "workspace").mkdir(parents=True)
    [left] = await backend.list_owned(install)
    assert (left.handle, left.state) == ({"backend": "process", "id": "left"}, "stopped")
    await backend.destroy(left.handle)
    assert await backend.list_owned(install) == []
    assert not (home / "boxes" / "left").exists()


@pytest.mark.parametrize("name", ["../x", "", "a/b", "A", "a" * 65, "-a"])
async def test_a_name_that_is_a_path_is_refused(backend: process.ProcessBackend, name: str) -> None:
    with pytest.raises(base.Unavailable, match="cannot be the name of a box"):
        await backend.create(base.Spec(id=name))


async def test_a_template_that_is_not_prepared_is_a_sentence(backend: process.ProcessBackend) -> None:
    with pytest.raises(base.Unavailable, match="packages of python are not prepared"):
        await backend.create(base.Spec(id="x", template="python"))
    assert await backend.state({"backend": "process", "id": "x"}) == "gone"


async def _is(backend: process.ProcessBackend, handle: base.Handle, state: base.BoxState) -> bool:
    return await backend.state(handle) == state


async def _uses_disk(backend: process.ProcessBackend, handle: base.Handle) -> bool:
    return (await backend.stats(handle)).disk_bytes > 1 << 20


async def _gone(marker: str) -> bool:
    return not alive(marker)
