"""Servers of ours in processes of their own."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.serve.whole import Whole


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def surroundings(home: Path, free_port: int) -> dict[str, str]:
    """What a server's process is started with: an installation and a port of its own."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJINN_HOME": str(home),
        "PORT": str(free_port),
        "DJINN_MAX_BODY_MB": "1",
        "DJINN_LOG_LEVEL": "WARNING",
        "SANDBOX_BACKEND": "none",  # nothing is prepared for boxes that no test here starts
    }


@pytest.fixture
def bare_log(tmp_path: Path) -> Path:
    return tmp_path / "bare.log"


@pytest.fixture
def bare_server(free_port: int, surroundings: dict[str, str], bare_log: Path) -> Iterator[subprocess.Popen[str]]:
    with bare_log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.serve.bare_app", str(free_port)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**surroundings, "DJINN_LOG_LEVEL": "INFO"},
        )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    yield process
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated database, made once."""
    home = tmp_path_factory.mktemp("migrated")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DJINN_HOME": str(home)},
        check=True,
        timeout=60,
    )
    return home


@pytest.fixture
def whole(home: Path, migrated: Path, surroundings: dict[str, str], free_port: int) -> Iterator[Whole]:
    """An installation that can be started, hurt and stopped."""
    shutil.copytree(migrated, home)
    installation = Whole(home=home, port=free_port, surroundings=surroundings)
    yield installation
    installation.end()
