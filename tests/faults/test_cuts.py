"""What a run stands on is taken away and given back in the middle: it ends as if nobody had touched it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config import faults
from tests.attacks.disks import Disk, mounted
from tests.faults import endings, hurt, told
from tests.faults.hurt import Hurt
from tests.installations.scaled import Scaled
from tests.installations.unsupervised import Unsupervised
from tests.installations.visited import Run
from tests.installations.waiting import wait_for
from tests.services.redis import Redis

pytestmark = pytest.mark.timeout(240)

CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


def closed(run: Run, count: int) -> None:
    wait_for(lambda: len(run.closed()) >= count, seconds=60, what=f"{count} closed files")


@pytest.mark.xdist_group("points-scaled")
def test_every_connection_is_cut_again_and_again(several: Hurt) -> None:
    assert isinstance(several.one, Scaled)
    with several.paced(0.02):
        run = several.one.run(told.ask(several.one))
        for count in (1, 2, 4):
            closed(run, count)
            assert len(several.one.rows(CUT)) > 0
        assert endings.of(run) == several.calm
    assert [name for name, process in several.one.running.items() if process.poll() is not None] == []


@pytest.mark.xdist_group("points-scaled")
def test_redis_is_started_anew(several: Hurt, redis: Redis) -> None:
    with several.paced(0.02):
        run = several.one.run(told.ask(several.one))
        closed(run, 1)
        redis.restart()
        assert endings.of(run) == several.calm


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path / "home") as one:
        yield one


@pytest.fixture
def on_a_disk(disk: Disk) -> Iterator[Hurt]:
    with hurt.embedded(disk.folder.parent) as one:
        yield one


def fill(one: Unsupervised, disk: Disk) -> None:
    """The database finds no room in its own log either, which keeps what it once had."""
    with closing(sqlite3.connect(one.home / "db.sqlite3", timeout=20)) as connection:
        truncate = "pragma wal_checkpoint(truncate)"
        wait_for(lambda: connection.execute(truncate).fetchone()[0] == 0, seconds=30, what="nobody to read its log")
    disk.fill()


def is_met(one: Unsupervised) -> bool:
    assert one.worker is not None
    return faults.FULL.sentence in one.said(one.worker)


@pytest.mark.long
@pytest.mark.xdist_group("points-embedded")
def test_the_disk_is_full_and_the_worker_dies_on_it(on_a_disk: Hurt, disk: Disk) -> None:
    one = on_a_disk.one
    assert isinstance(one, Unsupervised)
    with on_a_disk.paced(0.05):
        run = one.run(told.ask(one))
        closed(run, 1)
        fill(one, disk)
        wait_for(lambda: is_met(one), seconds=60, what="the worker to meet the full disk")
        assert set(run.states()) != {"completed"}
        victim = run.holder()
        one.kill("manage.py", "serve", "worker")
        one.bury(victim)
        disk.make_room()
        one.mend()
        assert endings.of(run) == on_a_disk.calm
