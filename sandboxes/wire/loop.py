"""This process's one event loop for wires, on its own thread; made when first needed, and again after a fork."""

import asyncio
import concurrent.futures
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def submit(work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Start work on the loop from any other thread. Cancelling the future cancels the work."""
    return asyncio.run_coroutine_threadsafe(work, get())


def call(work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
    """Wait for the work's result; when the time is up it is cancelled and TimeoutError raised."""
    future = submit(work)
    try:
        return future.result(timeout)
    except BaseException:
        future.cancel()
        raise


def get() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603 — the one of this process
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_run, args=(_loop,), name="wire", daemon=True).start()
        return _loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


def _forget() -> None:
    """A forked child has the variable but not the thread."""
    global _loop, _lock
    _loop, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
