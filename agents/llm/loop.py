"""One event loop thread per process for model calls, made on first use (so after any fork)."""

import asyncio
import functools
import os
import threading

_lock = threading.Lock()
# Held across a fork, so that no child inherits it locked by a thread it does not have.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def get() -> asyncio.AbstractEventLoop:
    with _lock:
        return _loop_of(os.getpid())


@functools.cache
def _loop_of(_pid: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="model-calls", daemon=True).start()
    return loop
