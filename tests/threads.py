"""Several threads at once, each with a connection of its own."""

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def begin(work: Callable[..., object], *arguments: object) -> threading.Thread:
    """A thread that gives its connection back when it ends, as those of a worker do."""

    def run() -> None:
        try:
            work(*arguments)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def together(*works: Callable[[], object], seconds: float = 90) -> None:
    """Run them all at once; what any of them raises fails the test."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(30)
            work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not failures, failures
    assert not any(thread.is_alive() for thread in threads)


@contextmanager
def holding(lock: Callable[[], object]) -> Iterator[threading.Thread]:
    """While inside, another transaction holds what this locks."""
    begun, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock()
            begun.set()
            done.wait(30)

    thread = begin(hold)
    assert begun.wait(20)
    try:
        yield thread
    finally:
        done.set()
        thread.join()


def standing() -> str:
    """Where every thread of this process is, for a failure that says nothing else."""
    frames = sys._current_frames()
    stacks = {thread.name: frames.get(thread.ident or 0) for thread in threading.enumerate()}
    return "\n".join(f"{name}:\n{''.join(traceback.format_stack(frame))}" for name, frame in stacks.items())
