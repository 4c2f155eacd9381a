"""Machines that lack something, or stand still for a while: the wish comes true all the same."""

import os
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.installation import installed, wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

WISH = "A habit tracker with streaks and a dashboard"
PLAIN = "A portfolio for a photographer"
CLOSED = "select json_extract(payload, '$.path') from projects_event where kind = 'file_closed'"
LEASES = "select lease_expires from agents_job where state = 'running'"


def _path_without(folder: Path, *names: str) -> str:
    """Every program of this machine but these."""
    folder.mkdir()
    for place in filter(Path.is_dir, map(Path, os.environ["PATH"].split(os.pathsep))):
        for program in place.iterdir():
            link = folder / program.name
            if program.name not in names and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


@pytest.mark.parametrize("names", [("bwrap",), ("npm", "node", "npx")])
def test_without_its_programs_the_nearest_plain_app_is_made(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = _path_without(tmp_path / "bin", *names)
    with installed(tmp_path / "home", DJINN_DEMO_PACE="0", PATH=path) as one:
        one.up()
        one.send_wish(WISH)
        one.completed()
        assert one.preview().status_code == 200
        words = [text for (text,) in one.rows("select text from agents_message where role = 'assistant'")]
        assert [text for text in words if "nearest recording this machine can run" in text]


def test_a_database_that_is_locked_for_a_while_costs_only_that_while(tmp_path: Path) -> None:
    with installed(tmp_path / "home", DJINN_DEMO_PACE="0", SANDBOX_BACKEND="none") as one:
        one.up()
        token = one.client.get("/").text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        with closing(sqlite3.connect(one.home / "db.sqlite3", isolation_level=None)) as rival:
            rival.execute("begin immediate")
            form = {"wish": PLAIN, "csrfmiddlewaretoken": token}
            with pytest.raises(Exception, match="timed out"):
                one.client.post("/wish/", data=form, timeout=3)
            assert one.client.get("/readyz").status_code == 200
            rival.execute("commit")
        one.completed()


def test_a_worker_that_stood_still_beyond_its_lease_does_nothing_twice(tmp_path: Path) -> None:
    surroundings = {"DJINN_DEMO_PACE": "2", "SANDBOX_BACKEND": "none", "DJINN_LEASE_SECONDS": "3"}
    with installed(tmp_path / "home", **surroundings) as one:
        one.up()
        one.send_wish(PLAIN)
        wait_for(lambda: one.rows(CLOSED), seconds=60, what="the first file")
        worker = one.pid("worker")
        os.kill(worker, signal.SIGSTOP)
        try:
            [(until,)] = one.rows(LEASES)
            expires = datetime.fromisoformat(until).replace(tzinfo=UTC)
            wait_for(lambda: datetime.now(UTC) > expires, seconds=30, what="the lease to be over")
        finally:
            os.kill(worker, signal.SIGCONT)
        one.completed()
        paths = [path for (path,) in one.rows(CLOSED)]
        assert len(paths) == len(set(paths))
