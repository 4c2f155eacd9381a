"""Asks a box for something from a worker's thread, and waits."""

import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import wait
from typing import Any, TypeVar

from sandboxes import stacks
from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import pausing
from sandboxes.wire import Wire, boxes, loop

Result = TypeVar("Result")

_TICK = 0.1
_LOOK_EVERY = 1.0


def stack_of(sandbox: Sandbox) -> stacks.Stack:
    return stacks.choose(sandbox.planned, manifest_of(sandbox))


def ask(
    sandbox: Sandbox,
    work: Callable[[Wire], Awaitable[Result]],
    *,
    timeout: float = 30.0,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Use the wire to the box. One that does not answer in time is as good as lost."""
    pausing.use(sandbox)
    try:
        watch = Watch(sandbox).look
        return follow(asked(sandbox, work), timeout=timeout, should_stop=should_stop, on_tick=watch)
    except TimeoutError as silent:
        raise SandboxLost("The app's box does not answer.") from silent


class Watch:
    """Looks, once in a while, whether the box that is waited for has been paused."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.looked = sandbox, time.monotonic()

    def look(self) -> None:
        if time.monotonic() - self.looked >= _LOOK_EVERY:
            pausing.keep_awake(self.sandbox)
            self.looked = time.monotonic()


def follow(
    work: Coroutine[Any, Any, Result],
    *,
    timeout: float,
    should_stop: Callable[[], bool] | None = None,
    on_tick: Callable[[], None] | None = None,
) -> Result:
    """Wait for work on the wire in short ticks. However the waiting ends, the work ends with it."""
    future = loop.submit(work)
    deadline = time.monotonic() + timeout
    try:
        while not wait([future], _TICK).done:
            if on_tick:
                on_tick()
            if should_stop and should_stop():
                raise Stopped("It was stopped.")
            if time.monotonic() > deadline:
                raise TimeoutError
        return future.result()
    finally:
        future.cancel()


async def asked(sandbox: Sandbox, work: Callable[[Wire], Awaitable[Result]]) -> Result:
    wire = await boxes.wire_to(sandbox)
    with boxes.losses():
        return await work(wire)
