"""A disk without room: a sentence for everybody, nothing half-written, and no restart once there is room again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config import faults
from tests.attacks.disks import Disk, mounted
from tests.installation import Installation, installed, wait_for

pytestmark = pytest.mark.timeout(240)

PLAIN = "A portfolio for a photographer"
CLOSED = "select json_extract(payload, '$.path') from projects_event where kind = 'file_closed'"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path / "home") as one:
        yield one


@pytest.fixture
def one(disk: Disk) -> Iterator[Installation]:
    with installed(disk.folder, DJINN_DEMO_PACE="1", SANDBOX_BACKEND="none", DJINN_LEASE_SECONDS="5") as one:
        one.up()
        yield one


def _log(one: Installation) -> str:
    return "".join(path.read_text() for path in one._logs.values())


def _token(page: str) -> str:
    return page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def _post(one: Installation, path: str, **sent: str) -> httpx.Response:
    return one.client.post(path, data=sent)


def test_a_wish_is_refused_with_a_sentence_and_taken_when_there_is_room(one: Installation, disk: Disk) -> None:
    token = _token(one.client.get("/").text)
    disk.fill()
    refused = _post(one, "/wish/", wish=PLAIN, csrfmiddlewaretoken=token)
    assert refused.status_code == 507
    assert faults.FULL.sentence in refused.text
    assert faults.FULL.action in refused.text
    line = one.client.post("/wish/", data={"wish": PLAIN}, headers={"HX-Request": "true", "X-CSRFToken": token})
    assert (line.status_code, line.text) == (507, str(faults.FULL))
    assert one.client.get("/livez").status_code == 200
    assert httpx.get(f"{one.url}/accounts/login/").status_code == 200
    assert one.client.get("/static/css/main.css").status_code == 200
    assert faults.FULL.sentence in one.client.get("/readyz").text
    disk.make_room()
    assert one.rows("select count(*) from projects_project") == [(0,)]
    one.send_wish(PLAIN)
    one.completed()
    assert "Traceback" not in _log(one)


@pytest.mark.long
def test_a_job_under_way_waits_for_room_and_repeats_nothing(one: Installation, disk: Disk) -> None:
    home = one.send_wish(PLAIN)
    wait_for(lambda: one.rows(CLOSED), seconds=60, what="the first file")
    said = len(_log(one))
    disk.fill()
    wait_for(lambda: faults.FULL.sentence in _log(one)[said:], seconds=60, what="the worker to meet the full disk")
    assert one.client.get(home).status_code in {200, 507}
    # Some rounds of the reapers, too, whose messages find no room.
    wait_for(lambda: _log(one)[said:].count("reap_jobs") >= 2, seconds=60, what="the clock to meet it")
    disk.make_room()
    one.completed()
    paths = [path for (path,) in one.rows(CLOSED)]
    assert len(paths) == len(set(paths))
    assert one.preview().status_code == 200
    assert list((one.home / "broker" / "drafts").iterdir()) == []
    log = _log(one)
    assert "Traceback" not in log
    assert "File \\" not in log


@pytest.mark.long
@pytest.mark.parametrize("role", ["web", "worker"])
def test_what_dies_on_a_full_disk_comes_back_with_the_room(one: Installation, disk: Disk, role: str) -> None:
    before = one.pid(role)
    disk.fill()
    said = len(_log(one))
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: "died" in _log(one)[said:], seconds=30, what="the supervisor to see it")
    disk.make_room()
    one.replaced(role, before)
    one.send_wish(PLAIN)
    one.completed()
    assert "Traceback" not in _log(one)


WORDS = [("up",), *(pytest.param(words, marks=pytest.mark.long) for words in (("serve",), ("generate", "A garden")))]


@pytest.mark.parametrize("words", WORDS)
def test_nothing_starts_on_a_full_disk_and_everything_when_there_is_room(disk: Disk, words: tuple[str, ...]) -> None:
    with installed(disk.folder, SANDBOX_BACKEND="none") as one:
        disk.fill()
        refused = one.manage(*words)
        assert refused.returncode == 3, refused.stderr
        assert faults.FULL.sentence in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
        disk.make_room()
        assert sorted(path.name for path in disk.folder.rglob("*") if path.is_file()) == []
        assert one.manage("migrate", "--verbosity=0").returncode == 0


@pytest.mark.long
def test_the_disk_fills_up_while_it_starts(disk: Disk) -> None:
    """The keys are there, the database is not."""
    with installed(disk.folder, SANDBOX_BACKEND="none") as one:
        one.manage("check")
        disk.fill()
        refused = one.manage("up")
        assert (refused.returncode, refused.stderr.strip()) == (3, str(faults.FULL))
        disk.make_room()
        one.up()
