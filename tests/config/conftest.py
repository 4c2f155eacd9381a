"""Servers of ours in processes of their own."""

import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import presence
from config.presence import Standing, by_redis
from tests import installation
from tests.installation import Installation, installed
from tests.services.redis import Redis

# One mebibyte is little enough to be too little; and no test here starts a box.
SURROUNDINGS = {"DJINN_MAX_BODY_MB": "1", "SANDBOX_BACKEND": "none"}


@pytest.fixture
def free_port() -> int:
    return installation.free_port()


@pytest.fixture
def bare_log(tmp_path: Path) -> Path:
    return tmp_path / "bare.log"


@pytest.fixture
def bare_server(free_port: int, tmp_path: Path, bare_log: Path) -> Iterator[subprocess.Popen[str]]:
    surroundings = Installation(tmp_path / "home", DJINN_LOG_LEVEL="INFO", **SURROUNDINGS).variables()
    with bare_log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.serve.bare_app", str(free_port)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=surroundings,
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


@pytest.fixture(scope="package")
def own_redis() -> Iterator[Redis]:
    """Who kills it starts it again."""
    with Redis() as server:
        yield server


@pytest.fixture
def scaled(settings, own_redis: Redis) -> Iterator[Redis]:
    """This process as one of several hosts', as far as Redis goes."""
    settings.IS_SCALED, settings.REDIS_URL = True, own_redis.url
    settings.REDIS_PREFIX = f"djinn-{secrets.token_hex(4)}"
    by_redis.client.cache_clear()
    yield own_redis
    by_redis.client().close()
    by_redis.client.cache_clear()


Take = Callable[..., Standing]


@pytest.fixture
def take() -> Iterator[Take]:
    """`presence.take`, with a leave at the end of the test."""
    taken: list[Standing] = []

    def one(*roles: str) -> Standing:
        taken.append(presence.take(*roles))
        return taken[-1]

    yield one
    for standing in taken:
        standing.leave()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated database, made once."""
    home = tmp_path_factory.mktemp("migrated") / "home"
    made = Installation(home).manage("migrate", "--verbosity=0")
    assert made.returncode == 0, made.stderr
    return home


@pytest.fixture
def whole(tmp_path: Path, migrated: Path) -> Iterator[Installation]:
    """An installation that can be started, hurt and stopped."""
    shutil.copytree(migrated, tmp_path / "home")
    with installed(tmp_path / "home", **SURROUNDINGS) as one:
        yield one


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Installation]:
    """One that serves, for tests that leave it serving."""
    home = tmp_path_factory.mktemp("running") / "home"
    shutil.copytree(migrated, home)
    with installed(home, **SURROUNDINGS) as one:
        one.serve()
        yield one
