"""Which stacks this machine can run, and having their packages ready before the first app wants them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandboxes import stacks
from sandboxes.backends import base
from sandboxes.errors import SandboxLost
from sandboxes.runtime.boxes import follow
from sandboxes.stacks import Stack
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

_SECONDS = 1800.0


def available() -> tuple[str, ...]:
    """The names of the stacks that can run here. Plain pages always can."""
    info = loop.call(boxes.probe(), 60)
    return tuple(
        stack.name
        for stack in stacks.ALL
        if not stack.needs_box or (info.available and info.programs.issuperset(stack.needs))
    )


def prepare(
    stack: Stack, on_line: Callable[[str], None] | None = None, should_stop: Callable[[], bool] | None = None
) -> None:
    """Have the stack's packages, and whatever else its boxes need, in place."""
    try:
        follow(boxes.prepare(stack.template, on_line or log.debug), timeout=_SECONDS, should_stop=should_stop)
    except TimeoutError as slow:
        raise SandboxLost(f"The packages of {stack.title} took too long to fetch.") from slow


def prepare_all() -> None:
    """Ahead of the first app. Without a network now, the first app tries again.

    What can run at once comes first; a better back end that needs its image built has it built meanwhile.
    """
    for name in available():
        stack = stacks.BY_NAME[name]
        if stack.needs_box:
            with _remarks(stack.title):
                prepare(stack, log.info)
    for backend in loop.call(boxes.unprepared(), 60):
        with _remarks(backend.name):
            _build(backend)


def _build(backend: base.SandboxBackend) -> None:
    log.info("Preparing boxes of the %s back end; until that is done, apps run without it.", backend.name)
    follow(backend.prepare("", log.info), timeout=_SECONDS)
    boxes.forget()
    log.info("Boxes of the %s back end are prepared.", backend.name)


@contextmanager
def _remarks(what: str) -> Iterator[None]:
    try:
        yield
    except (SandboxLost, base.Unavailable, TimeoutError) as failed:
        log.warning("What %s needs could not be prepared: %s", what, failed)
