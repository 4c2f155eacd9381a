"""Boxes made of Linux namespaces by bubblewrap, each beside a warden that outlives the worker."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandboxes.backends import base, bubblewrap, ends, fences, prepared, registries, toolchain

START_SECONDS = 20
ROOT = Path(base.__file__).parents[2]
PROGRAMS = ("node", "npm")


class ProcessBackend:
    """Everything it knows is on disk, so any process of the installation can use any box."""

    name = "process"

    def __init__(self, home: Path, install_id: str, read_only: Sequence[Path] = (), *, grace: float = 60.0) -> None:
        self.home, self.install_id, self.read_only, self.grace = home, install_id, tuple(read_only), grace
        self.run, self.boxes = home / "run", home / "boxes"

    async def probe(self) -> base.BackendInfo:
        return await asyncio.to_thread(self._probe)

    def _probe(self) -> base.BackendInfo:
        fence = fences.best()
        if not fence:
            return base.BackendInfo(self.name, available=False, isolation="none", reasons=(fences.refusal(),))
        toolchain.pip(toolchain.find().python)
        registries.find()  # asked once, so that the first box need not wait for it
        reasons = [] if toolchain.find().node else ["Node is not installed, so only Python apps can run."]
        if not fence.closed:
            reasons.append("This bubblewrap cannot forbid further namespaces inside a box.")
        programs = frozenset({"python3", *filter(shutil.which, PROGRAMS)})
        return base.BackendInfo(self.name, True, "namespace", fences.version(), tuple(reasons), programs)

    async def sources(self) -> registries.Registries:
        return await asyncio.to_thread(registries.find)

    async def prepare(self, template: str, progress: Callable[[str], None]) -> None:
        """A box shows the machine's own programs; only packages are fetched."""
        stop = threading.Event()
        try:
            await prepared.apart(lambda: prepared.prepare(self.home, template, progress, stop.is_set))
        finally:
            stop.set()

    async def create(self, spec: base.Spec) -> base.Handle:
        base.check_name(spec.id)
        await asyncio.to_thread(self._create, spec)
        return {"backend": self.name, "id": spec.id}

    def _create(self, spec: base.Spec) -> None:
        fence = fences.best()
        if not fence:
            raise base.Unavailable(fences.refusal())
        folder = self.boxes / spec.id
        template = prepared.place(self.home, spec.template) if spec.template else None
        if template and not template.exists():
            raise base.Unavailable(f"The packages of {spec.template} are not prepared.")
        self.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        bubblewrap.prepare(spec, fence, folder)
        config = {
            "id": spec.id,
            "install_id": self.install_id,
            "labels": dict(spec.labels),
            "created_at": datetime.now(UTC).isoformat(),
            "run": str(self.run),
            "folder": str(folder),
            "grace": self.grace,
            "argv": bubblewrap.argv(spec, fence),
            "early": fence.early,
            "options": bubblewrap.options(spec, fence, folder, self.read_only, template),
            "limits": {
                "memory": spec.limits.memory_mb << 20,
                "processes": spec.limits.processes,
                "disk": spec.limits.disk_mb << 20,
                "files": spec.limits.files,
            },
        }
        if failure := _start_warden(config):
            raise base.Unavailable(f"The box could not be started: {failure}")

    async def state(self, handle: base.Handle) -> base.BoxState:
        return self._state(handle["id"])

    def _state(self, box: str) -> base.BoxState:
        told = self._read(box)
        if not told:
            return "gone"
        if not ends.is_held(self._path(box, "lock")):
            return "stopped"  # also when the warden was killed: the box went with it
        state: base.BoxState = told["state"]
        return state

    async def pause(self, handle: base.Handle) -> None:
        await self._signal_until(handle, signal.SIGUSR1, "paused")

    async def resume(self, handle: base.Handle) -> None:
        await self._signal_until(handle, signal.SIGUSR2, "running")

    async def _signal_until(self, handle: base.Handle, number: int, wanted: base.BoxState) -> None:
        if (state := self._state(handle["id"])) == wanted:
            return
        if state not in {"running", "paused"} or not self._signal(handle["id"], number):
            raise base.Unavailable("The box is gone.")
        if not await _until(lambda: self._state(handle["id"]) == wanted, 5):
            raise base.Unavailable(f"The box did not become {wanted}.")

    async def destroy(self, handle: base.Handle, *, grace: float = 2.0) -> None:
        """The warden ends the box and forgets it; what it cannot do any more is done here."""
        box = handle["id"]
        lock = self._path(box, "lock")
        if self._signal(box, signal.SIGTERM) and not await _until(lambda: not ends.is_held(lock), grace + 5):
            self._signal(box, signal.SIGKILL)
            await _until(lambda: not ends.is_held(lock), 5)
        if (self.boxes / box).exists():
            await asyncio.to_thread(ends.clear, self.boxes / box)
        for kind in ("sock", "json", "json.new", "lock"):
            self._path(box, kind).unlink(missing_ok=True)

    async def connect(self, handle: base.Handle) -> base.Streams:
        folder = os.open(self.run, os.O_RDONLY)  # socket addresses are short, homes may be long
        try:
            return await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/{handle['id']}.sock")
        except OSError as failure:
            raise base.Unavailable(self._read(handle["id"]).get("note") or "The box is gone.") from failure
        finally:
            os.close(folder)

    async def list_owned(self, install_id: str) -> list[base.OwnedRef]:
        names = [path.stem for path in sorted(self.run.glob("*.json")) if base.NAME.fullmatch(path.stem)]
        found = [self._read(name) for name in names]
        owned = [self._owned(told) for told in found if told.get("install_id") == install_id]
        return [*owned, *self._remains(names)] if install_id == self.install_id else owned

    def _remains(self, names: list[str]) -> Iterator[base.OwnedRef]:
        """Folders whose warden was killed before it could write, or after it had forgotten the rest."""
        for folder in self.boxes.glob("*") if self.boxes.is_dir() else ():
            if folder.name not in names and base.NAME.fullmatch(folder.name):
                with contextlib.suppress(OSError):
                    made = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
                    handle: base.Handle = {"backend": self.name, "id": folder.name}
                    yield base.OwnedRef(handle, "stopped", made, {})

    def _owned(self, told: dict[str, Any]) -> base.OwnedRef:
        handle: base.Handle = {"backend": self.name, "id": told["id"]}
        made = datetime.fromisoformat(told["created_at"])
        return base.OwnedRef(handle, self._state(told["id"]), made, told["labels"])

    async def stats(self, handle: base.Handle) -> base.Usage:
        told = self._read(handle["id"])
        use = told.get("usage") or {"memory": 0, "processes": 0, "disk": 0, "cpu": 0.0}
        return base.Usage(use["memory"], use["processes"], use["disk"], use["cpu"], told.get("note", ""))

    def _path(self, box: str, kind: str) -> Path:
        return self.run / f"{base.check_name(box)}.{kind}"

    def _read(self, box: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            told: dict[str, Any] = json.loads(self._path(box, "json").read_text())
            return told
        return {}

    def _signal(self, box: str, number: int) -> bool:
        """By descriptor and only while its lock is held: a number may belong to somebody else by now."""
        with contextlib.suppress(OSError, KeyError):
            target = os.pidfd_open(self._read(box)["pid"])
            try:
                if ends.is_held(self._path(box, "lock")):
                    signal.pidfd_send_signal(target, number)
                    return True
            finally:
                os.close(target)
        return False


def _start_warden(config: dict[str, Any]) -> str:
    """An answer means that the box runs; an empty one that all is well."""
    argv = [sys.executable, "-s", "-S", "-m", "sandboxes.backends.warden"]
    try:
        told = subprocess.run(
            argv,
            input=json.dumps(config).encode(),
            capture_output=True,
            timeout=START_SECONDS,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT)},
            cwd="/",
            check=False,
        )
        failure: str = json.loads(told.stdout)["error"]
    except (OSError, subprocess.SubprocessError, ValueError) as broken:
        return str(broken)
    return failure


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True
