"""Starts the server behind a command that needs one, and leaves it running."""

import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from config import locks, presence

LONGEST_START = 60.0


class NotStarted(Exception):
    """The server did not come up in time."""


def is_ready() -> bool:
    """Whether every part of a server is there, wherever it runs."""
    try:
        return not presence.missing()
    except presence.Unknown as unknown:
        raise NotStarted(f"{unknown}. Without it no server can be found or started.") from None


def start() -> str:
    """Makes sure a server runs; one sentence about what was found or done."""
    if is_ready():
        return f"Djinn is already running: {_address()}/"
    process = None if locks.is_held(presence.SERVER) else _spawn()
    deadline = time.monotonic() + LONGEST_START
    while not is_ready():
        # Ours may give way to one that somebody else is starting.
        is_over = process is not None and process.poll() is not None and not locks.is_held(presence.SERVER)
        if is_over or time.monotonic() > deadline:
            raise NotStarted(f"The server did not start; {log_path()} says why.")
        time.sleep(0.1)
    return f"Djinn was started in the background: {settings.SITE_URL}/ (its log: {log_path()})"


def _address() -> str:
    return next((facts["url"] for facts in presence.ready(presence.WEB)), settings.SITE_URL)


def log_path() -> Path:
    folder: Path = settings.RUN_DIR
    return folder / "server.log"


def _spawn() -> subprocess.Popen[bytes]:
    call_command("migrate", verbosity=0, interactive=False)
    log_path().parent.mkdir(parents=True, exist_ok=True)
    with log_path().open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=settings.BASE_DIR,
        )
