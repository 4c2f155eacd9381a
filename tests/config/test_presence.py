"""Who is there, in both shapes: said, heard, left, and forgotten after a while."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import presence
from config.locks import Taken
from config.presence import by_redis
from tests.config.conftest import Take
from tests.installation import wait_for
from tests.services.redis import Redis

HERE = presence.of_this_process(ready=True, url="http://localhost:1")

SPEAKER = """
import pathlib, sys
from django.conf import settings
run = pathlib.Path(sys.argv[3])
settings.configure(IS_SCALED=True, REDIS_URL=sys.argv[1], REDIS_PREFIX=sys.argv[2], RUN_DIR=run)
from config import presence
standing = presence.take("beat")
standing.tell(**presence.of_this_process(ready=True))
print("said", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def one_machine(settings, tmp_path: Path) -> None:
    settings.IS_SCALED, settings.RUN_DIR = False, tmp_path


@pytest.fixture(params=["one_machine", pytest.param("scaled", marks=pytest.mark.services)])
def either(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue(request.param)
    return str(request.param)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_redis, "AGAIN_SECONDS", 0.05)


@pytest.fixture
def speaker(scaled: Redis, settings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SPEAKER, scaled.url, settings.REDIS_PREFIX, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "said\n"
    yield process
    process.kill()
    process.communicate()


def test_with_nobody_there_every_part_is_missing(either: str) -> None:
    assert presence.missing() == ["web", "edge", "generate", "sandbox", "commands", "housekeeping", "beat"]


def test_workers_are_those_that_are_ready_with_their_queues(take: Take, either: str) -> None:
    assert presence.workers() == []
    standing = take("worker")
    assert presence.workers() == []
    standing.tell(**HERE, queues=["generate"])
    assert [facts["queues"] for facts in presence.workers() or ()] == [["generate"]]


def test_a_process_counts_once_it_is_ready(take: Take, either: str) -> None:
    standing = take("web", "edge")
    assert "web" in presence.missing()
    standing.tell(**HERE)
    assert presence.missing() == ["generate", "sandbox", "commands", "housekeeping", "beat"]
    [facts] = presence.ready("edge")
    assert (facts["pid"], facts["url"]) == (HERE["pid"], HERE["url"])
    assert presence.ready_here("edge") == [facts]


def test_a_worker_counts_for_its_queues_alone(take: Take, either: str) -> None:
    take("worker").tell(**HERE, queues=["sandbox"])
    assert presence.missing() == ["web", "edge", "generate", "commands", "housekeeping", "beat"]


def test_on_one_machine_a_role_has_one_holder(take: Take, one_machine: None) -> None:
    take("beat")
    with pytest.raises(Taken, match="Another beat"):
        take("worker", "beat")
    take("worker")  # was given back


@pytest.mark.services
def test_on_several_hosts_a_role_has_any_number(take: Take, scaled: Redis) -> None:
    one, other = take("beat"), take("beat")
    one.tell(**HERE)
    other.tell(**{**HERE, "host": "elsewhere"})
    assert len(presence.ready("beat")) == 2
    assert len(presence.ready_here("beat")) == 1
    other.leave()
    assert [facts["host"] for facts in presence.ready("beat")] == [HERE["host"]]


@pytest.mark.services
def test_a_killed_process_is_forgotten_when_its_time_is_over(
    scaled: Redis, settings, speaker: subprocess.Popen[str]
) -> None:
    client = by_redis.client()
    [key] = client.keys(f"{settings.REDIS_PREFIX}:present:*")
    assert 0 < client.ttl(key) <= by_redis.LASTING_SECONDS
    speaker.kill()
    speaker.wait()
    client.pexpire(key, 1)  # what the clock does in some seconds
    wait_for(lambda: not presence.ready("beat"), seconds=5, what="the role to be free")
    assert client.smembers(f"{settings.REDIS_PREFIX}:present") == set()


@pytest.mark.services
def test_redis_gone_and_back_costs_nobody_his_role(take: Take, scaled: Redis, quick: None) -> None:
    standing = take("beat")
    standing.tell(**HERE)
    scaled.kill()
    with pytest.raises(presence.Unknown, match="Redis does not answer"):
        presence.missing()
    assert presence.workers() is None
    scaled.start()  # and remembers nothing
    wait_for(lambda: presence.ready("beat"), seconds=10, what="the role to be said again")
    standing.leave()
    assert presence.ready("beat") == []


@pytest.mark.services
def test_an_engine_learns_from_the_age_of_a_file(
    take: Take, scaled: Redis, quick: None, settings, tmp_path: Path
) -> None:
    settings.RUN_DIR = tmp_path / "run"
    signs = [settings.RUN_DIR / f"{role}.heard" for role in ("worker", "beat")]
    standing = take("worker", "beat")
    standing.tell(**presence.of_this_process(ready=False))
    assert not any(sign.exists() for sign in signs)
    standing.tell(**HERE)
    for sign in signs:
        os.utime(sign, (0, 0))
    wait_for(lambda: all(sign.stat().st_mtime for sign in signs), seconds=10, what="the files to be young again")
