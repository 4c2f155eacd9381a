"""PostgreSQL finds no room on its disk while two workers build: they wait, and end as if there always had been some."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import faults
from tests.attacks.disks import Disk, mounted
from tests.faults import endings, hurt, told
from tests.faults.hurt import Hurt
from tests.installations.scaled import Scaled
from tests.installations.visited import Run
from tests.installations.waiting import wait_for
from tests.services.postgres import Postgres
from tests.services.redis import Redis

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("points-scaled"), pytest.mark.timeout(240)]


@pytest.fixture
def disk() -> Iterator[Disk]:
    """Not in pytest's folder, which is closed to the user of the database."""
    with tempfile.TemporaryDirectory(prefix="djinn-disk-") as folder:
        Path(folder).chmod(0o711)
        with mounted(Path(folder) / "data", megabytes=128, options=f"uid={Postgres.user}") as one:
            yield one


@pytest.fixture
def on_a_disk(disk: Disk, tmp_path: Path, redis: Redis) -> Iterator[Hurt]:
    with Postgres(disk.folder) as postgres, hurt.several(tmp_path, postgres, redis) as one:
        yield one


def said(one: Scaled) -> str:
    return "".join(one.said(process) for name, process in one.running.items() if name.startswith("worker"))


def is_held(run: Run) -> bool:
    return set(run.states()) != {"completed"}


def test_there_is_no_room_and_then_there_is(on_a_disk: Hurt, disk: Disk) -> None:
    one = on_a_disk.one
    assert isinstance(one, Scaled)
    with on_a_disk.paced(0.02):
        run = one.run(told.ask(one))
        wait_for(run.closed, seconds=60, what="a closed file")
        disk.fill()
        wait_for(lambda: faults.FULL.sentence in said(one), seconds=60, what="a worker to meet the full disk")
        assert is_held(run)
        disk.make_room()
        assert endings.of(run) == on_a_disk.calm
    assert [name for name, process in one.running.items() if process.poll() is not None] == []
