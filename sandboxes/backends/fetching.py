"""Runs npm or pip on this machine for the template packages we chose. Never for an app's own."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from sandboxes import stacks
from sandboxes.errors import Stopped, TemplateFailed

_SECONDS = 600
_LOOK = 0.1
# What they need to find their registry; neither keys of ours nor anything else.
_PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "USER", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PASSED_PREFIXES = ("npm_config_", "NPM_CONFIG_", "PIP_", "REQUESTS_CA_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

# No script of any package runs on this machine: npm is told so, and pip takes built packages only.
_NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_PIP = (
    *(sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--only-binary", ":all:"),
    *("--no-warn-script-location", "--progress-bar=off", "--target", "site-packages"),
    *("--requirement", "requirements.txt"),
)
_ARGV = {stack.template: _NPM if stack.is_npm else _PIP for stack in stacks.ALL if stack.template}


def fetch(template: str, folder: Path, on_line: Callable[[str], None], should_stop: Callable[[], bool]) -> None:
    argv = _ARGV[template]
    try:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as missing:
        raise TemplateFailed(f"{argv[0]} could not be started: {missing.strerror}") from missing
    tail: deque[str] = deque(maxlen=20)
    was_stopped = _attend(process, tail, on_line, should_stop)
    if was_stopped:
        raise Stopped(f"Fetching the packages of {template} was stopped.")
    if process.returncode != 0:
        said = "\n".join(tail)
        name = Path(argv[0]).name
        raise TemplateFailed(f"{name} could not fetch the packages of {template}.\n{said}")


def _attend(
    process: subprocess.Popen[str],
    tail: deque[str],
    on_line: Callable[[str], None],
    should_stop: Callable[[], bool],
) -> bool:
    """Until it ends: one thread reads, this one heeds the clock and a stop. True when it was stopped."""
    reader = threading.Thread(target=_read, args=(process, tail, on_line), daemon=True)
    reader.start()
    deadline = time.monotonic() + _SECONDS
    was_stopped = False
    try:
        while process.poll() is None and time.monotonic() < deadline and not was_stopped:
            was_stopped = should_stop()
            time.sleep(_LOOK)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join(5)
    return was_stopped


def _read(process: subprocess.Popen[str], tail: deque[str], on_line: Callable[[str], None]) -> None:
    with process.stdout or contextlib.nullcontext(()) as lines:
        for raw in lines:
            tail.append(raw.rstrip()[:500])
            on_line(tail[-1])


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED or name.upper().startswith(tuple(prefix.upper() for prefix in _PASSED_PREFIXES))
    }
