"""Which stacks this machine can run, and their template packages: fetched once, shown to every box."""

import fcntl
import hashlib
import logging
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from sandboxes import stacks
from sandboxes.errors import SandboxLost, Stopped, TemplateFailed
from sandboxes.runtime import fetching
from sandboxes.stacks import Stack
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

_LOOK = 0.1
_SOURCES = Path(__file__).parent / "templates"


def available() -> tuple[str, ...]:
    """The names of the stacks that can run here. Plain pages always can."""
    info = loop.call(boxes.probe(), 60)
    return tuple(
        stack.name
        for stack in stacks.ALL
        if not stack.needs_box or (info.available and all(map(shutil.which, stack.needs)))
    )


def source(stack: Stack) -> Path:
    return _SOURCES / stack.template


def place(stack: Stack) -> Path:
    """Named by everything that decides what is in it."""
    told = hashlib.sha256(f"{stack.name} {platform.machine()} {platform.libc_ver()} {_runtime(stack)}".encode())
    for file in sorted(source(stack).iterdir()):
        told.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return Path(settings.DJINN_HOME) / "templates" / told.hexdigest()[:20]


def prepare(
    stack: Stack, on_line: Callable[[str], None] | None = None, should_stop: Callable[[], bool] | None = None
) -> Path:
    """The folder with the stack's packages, fetched now if it is not there.

    1. Whoever holds the lock fetches; everybody else waits for it and finds the result.
    2. The folder appears whole, by a rename: a killed worker leaves only a draft.
    """
    ready = place(stack)
    if ready.exists():
        return ready
    ready.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(ready.with_suffix(".lock"), should_stop):
        if not ready.exists():
            _clear_drafts(ready)
            _fetch(stack, ready, on_line or log.debug, should_stop)
    return ready


def prepare_all() -> None:
    """Ahead of the first app. Without a network now, the first app tries again."""
    for name in available():
        stack = stacks.BY_NAME[name]
        if stack.needs_box:
            try:
                prepare(stack)
            except SandboxLost as failed:
                log.warning("The packages of %s could not be prepared: %s", stack.title, failed)


def _fetch(stack: Stack, ready: Path, on_line: Callable[[str], None], should_stop: Callable[[], bool] | None) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f"{ready.name}-", suffix=".draft", dir=ready.parent))
    try:
        for file in source(stack).iterdir():
            shutil.copy(file, draft / file.name)
        fetching.fetch(stack, draft, on_line, should_stop)
        draft.chmod(0o755)
        draft.rename(ready)
    except OSError as failed:
        raise TemplateFailed(f"The packages of {stack.title} could not be kept: {failed}") from failed
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _clear_drafts(ready: Path) -> None:
    for draft in ready.parent.glob(f"{ready.name}-*.draft"):
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _only_one(path: Path, should_stop: Callable[[], bool] | None) -> Iterator[None]:
    """Among threads and processes; the lock ends with its holder, however that ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _has(handle):
            if should_stop and should_stop():
                raise Stopped("Waiting for the packages was stopped.")
            time.sleep(_LOOK)
        yield
    finally:
        os.close(handle)


def _has(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runtime(stack: Stack) -> str:
    """Packages built for one interpreter are not another one's."""
    if stack is stacks.PYTHON:
        return f"{sys.implementation.cache_tag} {Path(sys.executable).resolve()}"
    return str(shutil.which("node"))
