"""The two health addresses."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from config.locks import RoleLock


@pytest.fixture
def worker(settings, tmp_path: Path) -> Iterator[RoleLock]:
    """A worker that is starting."""
    settings.RUN_DIR = tmp_path / "run"
    lock = RoleLock("worker").take()
    yield lock
    lock.release()


def test_alive_asks_for_nothing(client: Client) -> None:
    """No database fixture here: a query would fail the test."""
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_runs_a_real_query(client: Client, worker: RoleLock) -> None:
    worker.tell(pid=os.getpid(), ready=True)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "worker": "ok"}}


@pytest.mark.django_db
def test_without_a_worker_that_is_ready_it_is_degraded_and_still_serves(client: Client, worker: RoleLock) -> None:
    starting = client.get("/readyz")
    worker.tell(pid=os.getpid(), ready=True)
    worker.release()
    gone = client.get("/readyz")
    assert (starting.status_code, gone.status_code) == (200, 200)
    expected = {"status": "degraded", "checks": {"database": "ok", "worker": "degraded"}}
    assert (starting.json(), gone.json()) == (expected, expected)


def test_not_ready_without_a_database(client: Client, tmp_path, django_db_blocker) -> None:
    connection = connections["default"]
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = str(tmp_path / "nowhere" / "db.sqlite3")
        try:
            response = client.get("/readyz")
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name
    assert response.status_code == 503
    assert response.json() == {"status": "failed", "checks": {"database": "failed", "worker": "degraded"}}
