"""Files on their way into boxes while somebody writes them. A dev server misses changes that follow
each other too quickly, so each file is written at once, then at most every 300 ms, and always a last time.
"""

import asyncio
import logging
from dataclasses import dataclass

from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.wire import FileWrite, Refused, boxes, loop

log = logging.getLogger(__name__)

GAP = 0.3
_SETTLE_SECONDS = 15.0


@dataclass
class _Pending:
    """The newest content of one file. `task` writes it, and waits out the gap afterwards."""

    sandbox: Sandbox
    content: bytes | None
    is_fresh: bool
    task: "asyncio.Task[None] | None" = None


# Touched on the wire's loop only.
_pending: dict[tuple[str, str], _Pending] = {}


def push(sandbox: Sandbox, path: str, content: bytes | None) -> None:
    # The box as it is now: the caller may make another one before the loop gets to it.
    loop.get().call_soon_threadsafe(_put, sandbox, str(sandbox.handle["id"]), path, content)


def settle(sandbox: Sandbox) -> None:
    """Until everything pushed so far is written; nothing old may come after a sync."""
    box = sandbox.handle.get("id")
    if box:
        loop.call(_settle(box), _SETTLE_SECONDS + 5)


def _put(sandbox: Sandbox, box: str, path: str, content: bytes | None) -> None:
    key = (box, path)
    pending = _pending.get(key)
    if pending is not None:
        pending.content, pending.is_fresh = content, True
        return
    pending = _pending[key] = _Pending(sandbox, content, is_fresh=True)
    pending.task = asyncio.get_running_loop().create_task(_drain(key, pending))


async def _drain(key: tuple[str, str], pending: _Pending) -> None:
    try:
        while pending.is_fresh:
            pending.is_fresh = False
            await _write(pending.sandbox, key[1], pending.content)
            await asyncio.sleep(GAP)
    except (SandboxLost, Refused, TimeoutError) as lost:
        log.debug("%s was not shown while it was written: %s", key[1], lost)
    finally:
        _pending.pop(key, None)


async def _write(sandbox: Sandbox, path: str, content: bytes | None) -> None:
    async with asyncio.timeout(_SETTLE_SECONDS):
        wire = await boxes.wire_to(sandbox)
        with boxes.losses():
            if content is None:
                await wire.write([], [path])
            else:
                await wire.write([FileWrite(path, content)])


async def _settle(box: str) -> None:
    tasks = [pending.task for (of, _), pending in _pending.items() if of == box and pending.task]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=_SETTLE_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1)
