"""The two health addresses, and what they say of the parts around them."""

from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from config import health, presence
from tests.config.conftest import Take
from tests.services.redis import Redis


@pytest.fixture
def one_machine(settings, tmp_path: Path) -> None:
    settings.IS_SCALED, settings.RUN_DIR = False, tmp_path / "run"


@pytest.fixture
def everybody(take: Take) -> None:
    for role in presence.ROLES:
        take(role).tell(**presence.of_this_process(ready=True, queues=list(presence.QUEUES)))


def test_alive_asks_for_nothing(client: Client) -> None:
    """No database fixture here: a query would fail the test."""
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_with_everything_in_place(client: Client, one_machine: None, everybody: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"database": "ok", "disk": "ok", **dict.fromkeys(presence.PARTS, "ok")},
        "says": [],
    }


@pytest.mark.django_db
def test_without_a_worker_that_is_ready_it_is_degraded_and_still_serves(
    take: Take, client: Client, one_machine: None
) -> None:
    for role in ("web", "edge", "beat"):
        take(role).tell(ready=True)
    take("worker")  # which is starting
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["generate"] == "missing"
    assert response.json()["says"] == [health.ABSENT[queue] for queue in presence.QUEUES]


@pytest.mark.django_db
@pytest.mark.services
def test_redis_gone_is_said_and_not_taken_for_the_end(client: Client, scaled: Redis, everybody: None) -> None:
    assert client.get("/readyz").json()["checks"]["redis"] == "ok"
    scaled.kill()
    response = client.get("/readyz")
    scaled.start()
    assert response.status_code == 200
    assert response.json()["says"] == [health.NO_REDIS]
    assert set(response.json()["checks"].values()) == {"ok", "failed", "unknown"}


def test_not_ready_without_a_database(client: Client, one_machine: None, tmp_path: Path, django_db_blocker) -> None:
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
    assert response.json()["status"] == "failed"
    assert response.json()["says"][0] == health.NO_DATABASE
