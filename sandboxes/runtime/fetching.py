"""Runs npm or pip on this machine for the template packages we chose. Never for an app's own."""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from sandboxes import stacks
from sandboxes.errors import TemplateFailed
from sandboxes.stacks import Stack

_SECONDS = 600
# What they need to find their registry; neither keys of ours nor anything else.
_PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "USER", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PASSED_PREFIXES = ("npm_config_", "NPM_CONFIG_", "PIP_", "REQUESTS_CA_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

# No script of any package runs on this machine: npm is told so, and pip takes built packages only.
_ARGV: dict[str, tuple[str, ...]] = {
    stacks.REACT_VITE.name: ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"),
    stacks.PYTHON.name: (
        *(sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"),
        *(
            "--only-binary",
            ":all:",
            "--no-warn-script-location",
            "--progress-bar=off",
            "--target",
            "site-packages",
            "--requirement",
            "requirements.txt",
        ),
    ),
}


def fetch(stack: Stack, folder: Path, on_line: Callable[[str], None]) -> None:
    argv = _ARGV[stack.name]
    exit_code, tail = _run(argv, folder, on_line)
    if exit_code != 0:
        name = Path(argv[0]).name
        raise TemplateFailed(f"{name} could not fetch the packages of {stack.title} (exit {exit_code}):\n{tail}")


def _run(argv: Sequence[str], folder: Path, on_line: Callable[[str], None]) -> tuple[int, str]:
    """A timer kills it when it takes too long, which also ends the reading."""
    tail: deque[str] = deque(maxlen=20)
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
        )
    except OSError as missing:
        raise TemplateFailed(f"{argv[0]} could not be started: {missing.strerror}") from missing
    timer = threading.Timer(_SECONDS, process.kill)
    timer.start()
    with process:
        try:
            for raw in process.stdout or ():
                tail.append(raw.rstrip()[:500])
                on_line(tail[-1])
            process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
    return process.returncode, "\n".join(tail)


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED or name.upper().startswith(tuple(prefix.upper() for prefix in _PASSED_PREFIXES))
    }
