"""`make services` starts what is missing, survives a machine that was cut off, and stops only what is its own."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests import processes

SCRIPT = Path(__file__).parents[2] / ".ci" / "services"
ADDRESSES = ("DATABASE_URL", "REDIS_URL", "DOCKER_HOST")

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


class Services:
    def __init__(self, state: Path) -> None:
        self.state = state

    def begin(self, word: str, *before: str, **given: str) -> subprocess.Popen[str]:
        mine = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
        # A base of somebody else's: making one is the engine's matter and takes long.
        mine |= {"DJINN_SERVICES": str(self.state), "SANDBOX_BASE_IMAGE": "some-base", **given}
        return subprocess.Popen(
            [*before, str(SCRIPT), word], env=mine, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, word: str, *before: str, **given: str) -> tuple[int, str]:
        process = self.begin(word, *before, **given)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def up(self, **given: str) -> str:
        code, said = self.run("up", **given)
        assert code == 0, said
        return said

    def pid(self, name: str) -> int:
        """Of the living one; 0 when it has none."""
        try:
            number = int((self.state / f"{name}.process").read_text().split()[0])
        except OSError:
            return 0
        return number if processes.is_alive(number) else 0

    def kill(self) -> None:
        """As a power cut would: the records stay."""
        for name in ("postgres", "redis"):
            number = self.pid(name)
            processes.kill(number)
            while processes.is_alive(number):
                time.sleep(0.05)

    def variables(self) -> dict[str, str]:
        words = shlex.split((self.state / "environment").read_text())
        return dict(word.split("=", 1) for word in words if word != "export")

    def answers(self) -> bool:
        variables = self.variables()
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            [answer] = connection.execute("select 1").fetchone() or [0]
        client: Any = redis.Redis.from_url(variables["REDIS_URL"])
        with closing(client):
            return answer == 1 and bool(client.ping())


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Not among pytest's folders: the servers have users of their own, who must be able to reach it."""
    folder = Path(tempfile.mkdtemp(prefix="djinn-services-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    """Nothing runs yet; the cluster is that of the test before."""
    one = Services(home / "state")
    yield one
    code, said = one.run("down")
    assert code == 0, said
    assert (one.pid("postgres"), one.pid("redis")) == (0, 0)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with any of it."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    assert process.poll() is None, "a stranger was ended"
    process.kill()
    process.wait()
    assert process.stdin
    process.stdin.close()


def test_both_answer_and_a_second_time_changes_nothing(services: Services) -> None:
    services.up()
    assert services.answers()
    first = (services.pid("postgres"), services.pid("redis"), services.variables())
    services.up()
    assert (services.pid("postgres"), services.pid("redis"), services.variables()) == first


def test_only_its_owner_may_read_the_passwords(services: Services) -> None:
    services.up()
    assert (services.state / "environment").stat().st_mode & 0o077 == 0


def test_two_at_once_take_turns(services: Services) -> None:
    both = [services.begin("up"), services.begin("up")]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(text.count("Redis runs on port") for text in said) == [0, 1]
    assert services.answers()


def test_what_a_killed_one_left_is_no_hindrance(services: Services, stranger: subprocess.Popen[bytes]) -> None:
    services.up()
    services.kill()
    [left] = services.state.glob("postgres-*/data/postmaster.pid")
    left.write_text(left.read_text().replace(left.read_text().split("\n")[0], str(stranger.pid), 1))
    assert "a new one is made" not in services.up()
    assert services.answers()


def test_a_number_that_another_process_has_now_is_left_alone(
    services: Services, stranger: subprocess.Popen[bytes]
) -> None:
    services.up()
    services.kill()
    for name in ("postgres", "redis"):
        record = services.state / f"{name}.process"
        record.write_text(" ".join([str(stranger.pid), *record.read_text().split()[1:]]))
    assert services.run("down")[0] == 0
    assert stranger.poll() is None


def test_a_port_in_use_is_left_to_its_owner(services: Services) -> None:
    services.up()
    port = int((services.state / "redis.port").read_text())
    services.run("down")
    with socket.create_server(("127.0.0.1", port)):
        services.up()
        assert int((services.state / "redis.port").read_text()) != port
        assert services.answers()


def test_a_cluster_that_is_a_ruin_is_made_again(services: Services) -> None:
    services.up()
    services.run("down")
    [control] = services.state.glob("postgres-*/data/global/pg_control")
    control.write_bytes(b"\0" * 8192)
    assert "a new one is made" in services.up()
    assert services.answers()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "postgres://somebody@127.0.0.1:1/something"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("REDIS_URL", "http://127.0.0.1:1/"),
        ("DOCKER_HOST", "unix:///nowhere"),
    ],
)
def test_an_address_where_nobody_answers_is_said(services: Services, name: str, address: str) -> None:
    code, said = services.run("up", **{name: address})
    assert code == 1
    assert said.splitlines()[-1].endswith("."), said
    assert address.partition("?")[0].rpartition(":")[0].split("@")[-1] in said


def test_servers_that_are_given_are_used(services: Services, home: Path) -> None:
    services.up()
    given = services.variables()
    other = Services(home / "other")
    other.up(DATABASE_URL=given["DATABASE_URL"], REDIS_URL=given["REDIS_URL"])
    assert (other.pid("postgres"), other.pid("redis")) == (0, 0)
    assert other.variables()["REDIS_URL"] == given["REDIS_URL"]
    other.run("down")
    assert services.answers()


# In a network and with a view of the files of its own, where no other engine answers.
ALONE = "ip link set lo up; : >$0/none; [ ! -e /run/docker.sock ] || mount --bind $0/none /run/docker.sock; "
KILL = "kill -9 $(cut -d' ' -f1 $DJINN_SERVICES/engine.process); "
ASK = "DOCKER_HOST=unix://$DJINN_SERVICES/engine.sock docker version --format '{{.Server.Os}}'; "


def test_an_engine_that_was_killed_comes_again_and_is_stopped(services: Services, tmp_path: Path) -> None:
    assert os.geteuid() == 0, "An engine wants root, and so does this test."
    script = f"set -e; {ALONE} $1 up; {ASK} {KILL} $1 up; {ASK} $1 down"
    before = ("unshare", "--mount", "--net", "sh", "-c", script, str(tmp_path))
    code, said = services.run("up", *before)
    assert code == 0, said
    assert said.count("A Docker engine runs at") == said.count("linux\n") == 2
    assert "The Docker engine was stopped." in said
    assert services.pid("engine") == 0
