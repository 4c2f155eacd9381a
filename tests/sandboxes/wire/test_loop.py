"""One loop thread per process, whoever calls."""

import asyncio
import os
import threading

import pytest

from sandboxes.wire import loop


async def _where() -> tuple[int, str]:
    return os.getpid(), threading.current_thread().name


def test_work_runs_on_the_one_thread() -> None:
    assert loop.call(_where()) == loop.call(_where()) == (os.getpid(), "wire")
    assert loop.get() is loop.get()


def test_work_that_takes_too_long_is_cancelled() -> None:
    cancelled = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(TimeoutError):
        loop.call(wait(), timeout=0.05)
    assert cancelled.wait(5)


def test_a_future_can_be_cancelled_from_outside() -> None:
    started = threading.Event()

    async def wait() -> None:
        started.set()
        await asyncio.Event().wait()

    future = loop.submit(wait())
    assert started.wait(5)
    assert future.cancel()


def test_a_forked_child_makes_its_own() -> None:
    loop.call(_where())
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.write(tell, str(loop.call(_where(), timeout=10)[0]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(told, 100)) == child
    os.close(told)
    os.close(tell)
