"""Role locks between processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import locks
from config.locks import RoleLock, Taken

HOLD = """
import sys
from django.conf import settings
from config.locks import RoleLock
RoleLock("server").take().tell(pid=1, url="http://localhost:1")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.RUN_DIR = tmp_path / "run"


def test_one_holder_at_a_time() -> None:
    lock = RoleLock("server").take()
    with pytest.raises(Taken, match=f"process {os.getpid()}"):
        RoleLock("server").take()
    assert locks.is_held("server")
    lock.release()
    assert not locks.is_held("server")
    RoleLock("server").take().release()


def test_roles_do_not_disturb_each_other() -> None:
    web, worker = RoleLock("web").take(), RoleLock("worker").take()
    web.release()
    worker.release()


def test_a_lock_nobody_ever_took_is_free() -> None:
    assert not locks.is_held("server")
    assert locks.facts_of("server") == {}


def test_the_holder_tells_about_itself_and_the_end_erases_it() -> None:
    lock = RoleLock("server").take()
    lock.tell(pid=5, url="http://localhost:8000", ready=True)
    assert locks.facts_of("server") == {"pid": 5, "url": "http://localhost:8000", "ready": True}
    lock.tell(pid=5)
    assert locks.facts_of("server") == {"pid": 5}
    lock.release()
    assert locks.facts_of("server") == {}


def test_only_the_holder_tells() -> None:
    with pytest.raises(RuntimeError):
        RoleLock("server").tell(pid=1)


def test_torn_facts_are_no_facts() -> None:
    RoleLock("server").take()
    locks.path_of("server").write_text('{"pid": ')
    assert locks.facts_of("server") == {}


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    home = tmp_path / "other"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DJINN_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline() == "held\n"
    from django.conf import settings

    settings.RUN_DIR = home / "run"
    with pytest.raises(Taken, match="http://localhost:1"):
        RoleLock("server").take()
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    RoleLock("server").take(patience=1).release()
