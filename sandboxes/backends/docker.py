"""Boxes that are containers of a Docker engine, here or on another machine. Only `exec` leads into them."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docker

from sandboxes.backends import base, container, engine, exec_stream, image, prepared, registries

PROBE_SECONDS = 15.0
CREATE_SECONDS = 60.0
GONE_SECONDS = 20.0
PAUSES = 5
NOTICES = 20
STATES: dict[str, base.BoxState] = {"running": "running", "paused": "paused"}
NOT_BUILT = "The image of the boxes is not built yet; 'manage.py build_sandbox_image' builds it."


class DockerBackend:
    """Everything it knows stands in the engine, so any process of the installation can use any box."""

    name = "docker"

    def __init__(
        self,
        home: Path,
        install_id: str,
        address: engine.Address | None = None,
        *,
        base_image: str,
        grace: float = 60.0,
    ) -> None:
        self.home, self.install_id, self.grace = home, install_id, grace
        self.base_image = base_image
        self.address = address or engine.Address()
        self.engine = engine.Engine(self.address)
        self._built_with: dict[str, registries.Registries] = {}

    async def probe(self) -> base.BackendInfo:
        try:
            abilities, built = await self.engine.call(self._look, seconds=PROBE_SECONDS)
        except base.Unavailable as gone:
            return base.BackendInfo(self.name, False, "none", reasons=(str(gone),), is_prepared=False)
        reasons = abilities.reasons if built else (*abilities.reasons, NOT_BUILT)
        return base.BackendInfo(
            self.name,
            True,
            abilities.isolation,
            abilities.version,
            reasons,
            programs=frozenset({"node", "npm", "python3"}),
            is_prepared=built,
        )

    def _look(self, client: Any) -> tuple[container.Abilities, bool]:
        return _abilities(client), self._is_built(client)

    async def sources(self) -> registries.Registries:
        return await self.engine.call(self._registries)

    def _registries(self, client: Any) -> registries.Registries:
        """This machine's where it has npm and pip; else those of the image, as it was built."""
        ours, name = registries.find(), image.tag(self.base_image)
        if ours.npm and ours.pip:
            return ours
        if name not in self._built_with:
            self._built_with[name] = image.registries_of(client, name)
        theirs = self._built_with[name]
        return registries.Registries(
            ours.npm or theirs.npm,
            ours.scopes or theirs.scopes,
            ours.pip or theirs.pip,
            ours.pip_extra or theirs.pip_extra,
        )

    async def prepare(self, template: str, progress: Callable[[str], None]) -> None:
        """One image holds all templates."""
        if not await self.engine.call(self._is_built):
            await self._build(progress, afresh=False)

    async def build(self, progress: Callable[[str], None]) -> str:
        """Also when it is there. The engine takes what it has built before."""
        await self._build(progress, afresh=True)
        return image.tag(self.base_image)

    async def prune(self) -> list[str]:
        return await self.engine.call(lambda client: image.prune(client, self.base_image), seconds=120)

    async def _build(self, progress: Callable[[str], None], *, afresh: bool) -> None:
        """Whoever holds the lock builds, everybody else finds the result."""
        stop = threading.Event()

        def work() -> None:
            with prepared.only_one(self.home / "run" / "image.lock", stop.is_set):
                if afresh or not self.engine.do(self._is_built):
                    self.engine.do(lambda client: image.build(client, self.base_image, progress, stop.is_set))

        try:
            await prepared.apart(work)
        finally:
            stop.set()

    def _is_built(self, client: Any) -> bool:
        return image.exists(client, self.base_image)

    async def create(self, spec: base.Spec) -> base.Handle:
        base.check_name(spec.id)
        try:
            await self.engine.call(lambda client: self._create(client, spec), seconds=CREATE_SECONDS)
        except base.Unavailable as failed:
            if not await self.engine.call(self._is_built):
                raise base.Unavailable(NOT_BUILT) from failed
            raise base.Unavailable(f"The box could not be started: {failed}") from failed
        return {"backend": self.name, "id": spec.id}

    def _create(self, client: Any, spec: base.Spec) -> None:
        abilities, name = _abilities(client), self._name(spec.id)
        with contextlib.suppress(docker.errors.NotFound):
            if client.inspect_container(name)["State"]["Running"]:
                return
            client.remove_container(name, force=True)
        image_name = image.tag(self.base_image)
        made = container.options(
            spec, abilities, self._registries(client), image=image_name, install_id=self.install_id, grace=self.grace
        )
        client.create_container(
            **made, host_config=client.create_host_config(**container.host_options(spec, abilities))
        )
        try:
            client.start(name)
        except BaseException:
            client.remove_container(name, force=True)
            raise

    async def state(self, handle: base.Handle) -> base.BoxState:
        try:
            told = await self.engine.call(lambda client: client.inspect_container(self._name(handle["id"])))
        except engine.Missing:
            return "gone"
        return STATES.get(told["State"]["Status"], "stopped")

    async def pause(self, handle: base.Handle) -> None:
        """A kernel that is busy may not get all of a box to stand still at the first try."""
        for left in reversed(range(PAUSES)):
            try:
                await self._turn(handle, "paused", lambda client: client.pause(self._name(handle["id"])))
            except base.Unavailable as refused:
                if not left or "freeze" not in str(refused):
                    raise
            else:
                return

    async def resume(self, handle: base.Handle) -> None:
        await self._turn(handle, "running", lambda client: client.unpause(self._name(handle["id"])))

    async def _turn(self, handle: base.Handle, wanted: base.BoxState, act: Callable[[Any], None]) -> None:
        if (state := await self.state(handle)) == wanted:
            return
        if state not in {"running", "paused"}:
            raise base.Unavailable("The box is gone.")
        await self.engine.call(act)

    async def destroy(self, handle: base.Handle, *, grace: float = 2.0) -> None:
        """At once: nothing in a box is worth waiting for. Another one may be at it already."""
        with contextlib.suppress(engine.Missing):
            await self.engine.call(lambda client: _remove(client, self._name(handle["id"])))
        async with asyncio.timeout(GONE_SECONDS):
            while await self.state(handle) != "gone":
                await asyncio.sleep(0.05)

    async def connect(self, handle: base.Handle) -> base.Streams:
        try:
            version, program = await self.engine.call(lambda client: _program(client, self._name(handle["id"])))
            return await exec_stream.start(self.address, version, program)
        except base.Unavailable as refused:
            raise base.Unavailable(await self._end_of(handle) or str(refused)) from refused

    async def _end_of(self, handle: base.Handle) -> str:
        """How it ended, if it has. Whoever is refused may know before the engine says so."""
        for _ in range(NOTICES):
            try:
                told = await self.engine.call(lambda client: _last_words(client, self._name(handle["id"])))
            except engine.Missing:
                return "The box is gone."
            if told is not None:
                return told
            await asyncio.sleep(0.05)
        return ""

    async def list_owned(self, install_id: str) -> list[base.OwnedRef]:
        return await self.engine.call(lambda client: self._owned(client, install_id))

    def _owned(self, client: Any, install_id: str) -> list[base.OwnedRef]:
        wanted = [f"{container.MANAGED}=1", f"{container.INSTANCE}={install_id}"]
        found = client.containers(all=True, filters={"label": wanted})
        for each in found if install_id == self.install_id else ():
            if each["State"] == "running":
                with contextlib.suppress(docker.errors.APIError):
                    client.kill(each["Id"], signal="SIGURG")
        return [_reference(each) for each in found]

    async def stats(self, handle: base.Handle) -> base.Usage:
        try:
            told = await self.engine.call(lambda client: _use(client, self._name(handle["id"])))
        except engine.Missing:
            return base.Usage()
        return told

    def _name(self, box: str) -> str:
        return container.name_of(self.install_id, base.check_name(box))


def _abilities(client: Any) -> container.Abilities:
    info = client.info()
    return container.Abilities(
        version=str(info.get("ServerVersion", "")),
        runtimes=frozenset(info.get("Runtimes") or ()),
        security=tuple(info.get("SecurityOptions") or ()),
        cgroup=str(info.get("CgroupVersion") or "1"),
    )


def _remove(client: Any, name: str) -> None:
    try:
        client.remove_container(name, force=True, v=True)
    except docker.errors.APIError as refused:
        if refused.status_code != 409:  # it is being removed already
            raise


def _program(client: Any, name: str) -> tuple[str, str]:
    made = client.exec_create(name, list(container.CONNECTOR), stdin=True, stdout=True, stderr=True)
    return str(client.api_version), str(made["Id"])


def _last_words(client: Any, name: str) -> str | None:
    """Of one that ended; nothing as long as it seems to run."""
    state = client.inspect_container(name)["State"]
    if state["Status"] == "running":
        return None
    if state["Status"] != "exited":
        return ""
    if state.get("OOMKilled"):
        return "The box ended: it used more memory than it may."
    said = client.logs(name, tail=3).decode(errors="replace").strip()
    return f"The box ended: {said[-300:]}" if said else "The box ended by itself."


def _reference(told: dict[str, Any]) -> base.OwnedRef:
    labels = told["Labels"]
    handle: base.Handle = {"backend": DockerBackend.name, "id": labels.get(container.BOX, "")}
    made = datetime.fromtimestamp(told["Created"], UTC)
    prefix = "djinn.label."
    ours = {name.removeprefix(prefix): value for name, value in labels.items() if name.startswith(prefix)}
    return base.OwnedRef(handle, STATES.get(told["State"], "stopped"), made, ours)


def _use(client: Any, name: str) -> base.Usage:
    told = client.stats(name, stream=False, one_shot=True)
    memory, cpu = told.get("memory_stats") or {}, told.get("cpu_stats") or {}
    kinds = memory.get("stats") or {}
    disks = int(kinds.get("shmem", kinds.get("total_cache", 0)))  # all its disks are memory
    seconds = int((cpu.get("cpu_usage") or {}).get("total_usage", 0)) / 1e9
    processes = int((told.get("pids_stats") or {}).get("current", 0))
    return base.Usage(int(memory.get("usage", 0)), processes, disks, seconds)
