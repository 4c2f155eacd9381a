"""A database that has no room for one more question is told as such, in every form, and goes on by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from psycopg_pool import PoolTimeout

from config import faults
from projects.models import User
from projects.services import tokens
from tests.programs import problem
from tests.threads import holding

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "The database is too busy at the moment. Try again in a moment."
SHORTLY = 0.2


@contextmanager
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else has whatever this shape has least of: its connections, or the only right to write."""
    with (_no_connection_left if connection.vendor == "postgresql" else _file_locked)(monkeypatch):
        yield


@contextmanager
def _no_connection_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    connection.close()
    pool = connection.pool  # type: ignore[attr-defined]  # PostgreSQL's alone
    with ExitStack() as held:
        for _ in range(pool.max_size):
            held.callback(pool.putconn, pool.getconn())
        monkeypatch.setattr(pool, "timeout", SHORTLY)
        yield


@contextmanager
def _file_locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """By another process, as far as this one can tell."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", SHORTLY)
    connection.close()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("owner@example.org", "a good password")


def test_who_finds_it_busy_is_told_calmly_and_when_to_come_again(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = tokens.create(user=owner, name="x", scopes=["read", "write"])
    client = Client(raise_request_exception=False)
    bearer = {"Authorization": f"Bearer {secret}"}

    def make() -> Any:
        return client.post("/api/v2/projects", '{"name": "A Pond"}', "application/json", headers=bearer)

    with busy(monkeypatch):
        told = make()
        page = client.post("/accounts/login/", {"login": "owner@example.org", "password": "a good password"})
    assert (told.status_code, told.headers["Retry-After"]) == (503, "10")
    assert (problem(told)["code"], problem(told)["detail"]) == ("busy", SAID)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert SAID in page.content.decode()
    assert make().status_code == 201


def test_a_page_is_read_while_another_writes_or_told_the_same(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files have many readers beside one writer; of connections there are only so many for everybody."""
    _, secret = tokens.create(user=owner, name="x", scopes=["read"])
    with busy(monkeypatch):
        told = Client(raise_request_exception=False).get("/api/v2/me", headers={"Authorization": f"Bearer {secret}"})
    assert told.status_code == (503 if connection.vendor == "postgresql" else 200)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY])
def test_each_way_in_which_sqlite_is_busy_is_busy(code: int) -> None:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = code
    told = OperationalError("database is locked")
    told.__cause__ = cause
    assert faults.of(told) is faults.BUSY


def test_a_pool_that_has_none_to_give_is_not_one_that_finds_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool:
        stats: dict[str, int]

        def get_stats(self) -> dict[str, int]:
            return self.stats

    monkeypatch.setattr(type(connection), "pool", pool := Pool(), raising=False)
    for size, available, fault in ((4, 0, faults.BUSY), (4, 1, faults.BUSY), (0, 0, faults.GONE), (2, 2, faults.GONE)):
        pool.stats = {"pool_size": size, "pool_available": available}
        assert faults.of(PoolTimeout("couldn't get a connection after 4.00 sec")) is fault


def test_who_waits_for_a_turn_of_this_process_in_vain_is_told_the_same(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only files have turns; with a server, what waits for a lock in vain has a code of its own."""
    with holding(lambda: User.objects.select_for_update().get(pk=owner.pk)):
        _lose_patience(monkeypatch)
        with pytest.raises(OperationalError) as refused, transaction.atomic():
            User.objects.select_for_update().get(pk=owner.pk)
        connection.close()
    assert faults.of(refused.value) is faults.BUSY


def _lose_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{SHORTLY * 1000:.0f}ms'")
    else:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", SHORTLY)
