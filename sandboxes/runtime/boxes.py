"""Asks a box for something from a worker's thread, and waits."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sandboxes import stacks
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.wire import Wire, boxes, loop

Result = TypeVar("Result")


def stack_of(sandbox: Sandbox) -> stacks.Stack:
    return stacks.choose(sandbox.project.template, manifest_of(sandbox))


def ask(sandbox: Sandbox, work: Callable[[Wire], Awaitable[Result]], *, timeout: float = 30.0) -> Result:
    """Use the wire to the box. One that does not answer in time is as good as lost."""
    try:
        return loop.call(_asked(sandbox, work), timeout)
    except TimeoutError as silent:
        raise SandboxLost("The app's box does not answer.") from silent


async def _asked(sandbox: Sandbox, work: Callable[[Wire], Awaitable[Result]]) -> Result:
    wire = await boxes.wire_to(sandbox)
    with boxes.losses():
        return await work(wire)
