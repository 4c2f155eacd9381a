"""The git program: found, started without anybody's configuration, and ended with all it started."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from projects import errors

NOBODY = "/nonexistent"
MOST_SAID = 4000
MEMORY = 2 * 1024**3
SECONDS = 900.0
# Of the configuration that a repository cannot be asked to bring along. Packs are looked at through small windows: what
# git maps of them counts as memory, and all of a large project's would not fit.
ALWAYS = (
    "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never", "-c", "gc.auto=0", "-c", "core.askPass=",
    "-c", "core.packedGitWindowSize=32m", "-c", "core.packedGitLimit=256m",
)  # fmt: skip
# Packs can be bombs: what unpacks without end runs out of memory and time of its own. The shell sets both before git is
# there, so everything git starts has them too. A limit that cannot be set is fine where a lower one holds already.
BOUNDED = """
ulimit -v "$1" 2>/dev/null || [ "$(ulimit -H -v)" != unlimited ] || exit 125
ulimit -t "$2" 2>/dev/null || [ "$(ulimit -H -t)" != unlimited ] || exit 125
shift 2
exec "$@"
"""


def find() -> str:
    found = shutil.which("git")
    if found is None:
        raise errors.NoGit("This server has no git program. Its operator can install one.")
    return found


def is_here() -> bool:
    return shutil.which("git") is not None


def environment(**more: str) -> dict[str, str]:
    """Nothing of this process's own but the way to programs, and no one to ask."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": NOBODY,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **more,
    }


def argv(*words: str, folder: Path | None = None, seconds: float = SECONDS) -> list[str]:
    """With bounds for each process; `seconds` are those it computes."""
    where = [f"--git-dir={folder}"] if folder else []
    bounds = [str(MEMORY // 1024), str(int(seconds) + 1)]
    return ["/bin/sh", "-c", BOUNDED, "git", *bounds, find(), *where, *ALWAYS, *words]


def start(
    *words: str,
    folder: Path,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
    variables: dict[str, str] | None = None,
    seconds: float = SECONDS,
) -> "subprocess.Popen[bytes]":
    """In a process group of its own; end it with `kill`."""
    return subprocess.Popen(
        argv(*words, folder=folder, seconds=seconds),
        env=environment(**(variables or {})),
        cwd=folder,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """Whoever reads from it sees its end; `kill` is still to be called."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """It and all it started; harmless when they have ended."""
    end(process)
    process.wait(timeout=10)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def run(
    *words: str,
    folder: Path,
    seconds: float,
    feed: Iterable[bytes] = (),
    variables: dict[str, str] | None = None,
    most: int = 64 * 1024**2,
) -> bytes:
    """What it said; GitFailed with its last words if it did not go well or took too long."""
    with tempfile.TemporaryFile() as said:
        run_into(said, *words, folder=folder, seconds=seconds, feed=feed, variables=variables)
        said.seek(0)
        return said.read(most)


def run_into(
    said: IO[bytes],
    *words: str,
    folder: Path,
    seconds: float,
    feed: Iterable[bytes] = (),
    variables: dict[str, str] | None = None,
) -> None:
    with tempfile.TemporaryFile() as complaints:
        process = start(
            *words,
            folder=folder,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=complaints,
            variables=variables,
            seconds=seconds,
        )
        alarm = threading.Timer(seconds, end, [process])
        alarm.start()
        try:
            _feed(process, feed)
            code = process.wait()
        finally:
            alarm.cancel()
            kill(process)
        if code != 0:
            raise errors.GitFailed(words[0], last_words(complaints))


def _feed(process: "subprocess.Popen[bytes]", pieces: Iterable[bytes]) -> None:
    stdin = cast("IO[bytes]", process.stdin)
    with suppress(BrokenPipeError):  # it has ended, and its last words say why
        for piece in pieces:
            stdin.write(piece)
        stdin.close()


def last_words(complaints: IO[bytes]) -> str:
    """What git complained about, without its prefixes."""
    complaints.seek(0)
    lines = complaints.read(MOST_SAID).decode(errors="replace").splitlines()
    told = [line.removeprefix("fatal: ").removeprefix("error: ").strip() for line in lines]
    return "; ".join(line for line in told if line)[:500] or "it said nothing"
