"""The two health addresses."""

import pytest
from django.db import connections
from django.test import Client


def test_alive_asks_for_nothing(client: Client) -> None:
    """No database fixture here: a query would fail the test."""
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_runs_a_real_query(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok"}}


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
    assert response.json() == {"status": "failed", "checks": {"database": "failed"}}
