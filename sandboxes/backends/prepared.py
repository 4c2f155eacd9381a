"""The packages each kind of app begins with, for boxes that show this machine's own programs: fetched once."""

import asyncio
import fcntl
import hashlib
import os
import platform
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sandboxes import stacks
from sandboxes.backends import fetching
from sandboxes.errors import Stopped, TemplateFailed

T = TypeVar("T")

LOOK = 0.1
SOURCES = Path(__file__).parent / "templates"


def place(home: Path, template: str) -> Path:
    """Named by everything that decides what is in it."""
    told = hashlib.sha256(f"{template} {platform.machine()} {platform.libc_ver()} {_runtime(template)}".encode())
    for file in sorted((SOURCES / template).iterdir()):
        told.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return home / "templates" / told.hexdigest()[:20]


def prepare(home: Path, template: str, on_line: Callable[[str], None], should_stop: Callable[[], bool]) -> Path:
    """The folder with the template's packages, fetched now if it is not there.

    1. Whoever holds the lock fetches; everybody else waits for it and finds the result.
    2. The folder appears whole, by a rename: a killed worker leaves only a draft.
    """
    ready = place(home, template)
    if ready.exists():
        return ready
    with only_one(ready.with_suffix(".lock"), should_stop):
        if not ready.exists():
            clear_drafts(ready)
            _fetch(template, ready, on_line, should_stop)
    return ready


async def apart(work: Callable[[], T]) -> T:
    """In a thread of its own: what takes minutes must not hold up the loop's few."""
    threads = ThreadPoolExecutor(1)
    try:
        return await asyncio.get_running_loop().run_in_executor(threads, work)
    finally:
        threads.shutdown(wait=False)


def _fetch(template: str, ready: Path, on_line: Callable[[str], None], should_stop: Callable[[], bool]) -> None:
    draft = ready.with_name(f"{ready.name}-{secrets.token_hex(4)}.draft")
    try:
        draft.mkdir(mode=0o755)
        for file in (SOURCES / template).iterdir():
            shutil.copy(file, draft / file.name)
        fetching.fetch(template, draft, on_line, should_stop)
        draft.rename(ready)
    except OSError as failed:
        raise TemplateFailed(f"The packages of {template} could not be kept: {failed}") from failed
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def clear_drafts(ready: Path) -> None:
    for draft in ready.parent.glob(f"{ready.name}-*.draft"):
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def only_one(path: Path, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Among threads and processes; the lock ends with its holder, however that ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as failed:
        raise TemplateFailed(f"{path.parent} cannot be written: {failed.strerror}.") from failed
    try:
        while not _has(handle):
            if should_stop():
                raise Stopped("Waiting for the packages was stopped.")
            time.sleep(LOOK)
        yield
    finally:
        os.close(handle)


def _has(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runtime(template: str) -> str:
    """Packages built for one interpreter are not another one's."""
    if template == stacks.PYTHON.template:
        return f"{sys.implementation.cache_tag} {Path(sys.executable).resolve()}"
    return str(shutil.which("node"))
