"""Programs of the system: said what is done, timed, and stopped at when they fail."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1800
TAIL = 4000


class Failed(Exception):
    """The trial ends here; the message is for a person."""


def run(*command: str, stdin: str = "", may_fail: bool = False, told: Mapping[str, str] | None = None) -> str:
    """What the program printed; everything it said, when it failed."""
    environment = {**os.environ, **(told or {})}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if done.returncode and not may_fail:
        said = (done.stdout + done.stderr)[-TAIL:].strip()
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout


def works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise Failed(f"Waited {seconds:.0f} s for {what}.")


@contextmanager
def step(what: str) -> Iterator[None]:
    """Says what is done and how long it took."""
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:7.1f} s  {what}")
    sys.stdout.flush()
