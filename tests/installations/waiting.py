"""Waiting for what is going to be so, and a port that nobody has."""

import socket
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str, tell: Callable[[], str] = str) -> Any:
    """Look until it is so; what was waited for is in the failure, and whatever else can be told then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Waited {seconds:.0f} s for {what}.\n{tell()}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
