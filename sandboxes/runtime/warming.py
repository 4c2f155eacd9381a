"""Loads a dev server in a box that is nobody's yet, and has it begin once there is an app.

What begins is the same program with the same words, environment and folder as one that is started cold, and it reads
nothing of an app before. So it may be used for every app but one whose server is given secrets: these come with a
program's start.
"""

import asyncio
import contextlib
import json
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

from sandboxes.enums import CommandKind
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import boxes
from sandboxes.runtime.listening import NAME
from sandboxes.stacks import Stack, Warm
from sandboxes.wire import FileWrite, Refused, Wire

PROGRAM = Path(__file__).with_name("begin.mjs")
_ASIDE, _SAMPLE = "node_modules/.warm", ".warm"
_READY, _BEGUN = f"{_ASIDE}/ready", f"{_ASIDE}/begun"
_CONFIG = 'import { defineConfig } from "vite";\nexport default defineConfig({});\n'
_LOOK, _SOON = 0.1, 0.01


async def prepare(wire: Wire, stack: Stack) -> dict[str, Any]:
    """Put the template's packages in place and load its server. What is to be kept with the box's handle."""
    if not stack.is_npm:
        return {}
    await wire.link_folder(f"/opt/templates/{stack.template}/node_modules", "node_modules")
    if stack.warm is None:
        return {"linked": True}
    await wire.write([*_files(stack.warm)])
    words = ("node", f"{_ASIDE}/{PROGRAM.name}", *stack.serve[2:])
    await wire.spawn(NAME, words, env={**dict(stack.env), "PORT": str(stack.port)})
    is_warm = await _is_loaded(wire)
    return {"linked": True, "warm": list(stack.serve) if is_warm else []}


def _files(warm: Warm) -> list[FileWrite]:
    asked = {"plugins": warm.plugins, "loaded": warm.loaded, "entry": warm.entry, "folder": _SAMPLE}
    texts = [*warm.sample, ("vite.config.ts", _CONFIG)]
    sample = [FileWrite(f"{_SAMPLE}/{path}", text.encode()) for path, text in texts]
    ours = {PROGRAM.name: PROGRAM.read_bytes(), "warm.json": json.dumps(asked).encode()}
    return [*sample, *(FileWrite(f"{_ASIDE}/{name}", content) for name, content in ours.items())]


async def _is_loaded(wire: Wire) -> bool:
    """Whoever waits for it has a deadline. Where it ends instead, the app's server is started cold."""
    while True:
        try:
            await wire.read(_READY)
        except Refused:
            if not (await wire.status(NAME)).running:
                await wire.write([], [f"{_SAMPLE}/{path}" for path in await _left(wire)])
                return False
            await asyncio.sleep(_LOOK)
        else:
            return True


async def _left(wire: Wire) -> list[str]:
    found = (await wire.tree()).files
    return [path.removeprefix(f"{_SAMPLE}/") for path in found if path.startswith(f"{_SAMPLE}/")]


def is_linked(sandbox: Sandbox) -> bool:
    """Whether the template's packages are in place as they were put there: nothing has been run in the box since."""
    given = sandbox.handle.get("given_at")
    if not given or not sandbox.handle.get("linked") or "installed" in sandbox.handle:
        return False
    since = datetime.fromisoformat(given)
    return not Command.objects.filter(sandbox=sandbox, started_at__gte=since).exclude(kind=CommandKind.CHECK).exists()


def waits(sandbox: Sandbox) -> bool:
    """As far as we know; the program may have ended."""
    return bool(sandbox.handle.get("warm"))


def begin(sandbox: Sandbox, stack: Stack, given: dict[str, str]) -> bool:
    """Have it begin, if it is what this app's server would be. Told twice, it begins once."""
    if given or sandbox.handle.get("warm") != list(stack.serve):
        return False
    has_begun = boxes.ask(sandbox, _begin)
    forget(sandbox)
    return has_begun


async def _begin(wire: Wire) -> bool:
    """It says itself that it has: one that is being ended is there for a moment, and begins nothing."""
    try:
        await wire.signal(NAME, signal.SIGUSR2)
        while (await wire.status(NAME)).running:
            with contextlib.suppress(Refused):
                await wire.read(_BEGUN)
                return True
            await asyncio.sleep(_SOON)
    except Refused:
        pass
    return False


def end(sandbox: Sandbox) -> None:
    """Before packages are put in place anew: what was loaded is of others. What was bundled goes with them."""
    if not waits(sandbox):
        return
    with contextlib.suppress(Refused):
        boxes.ask(sandbox, lambda wire: wire.signal(NAME, signal.SIGKILL))
    forget(sandbox)


def forget(sandbox: Sandbox) -> None:
    """It has begun, or was ended."""
    if not waits(sandbox):
        return
    handle = {name: value for name, value in sandbox.handle.items() if name != "warm"}
    if Sandbox.objects.filter(pk=sandbox.pk, handle__id=handle["id"]).update(handle=handle):
        sandbox.handle = handle
