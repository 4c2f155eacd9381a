"""The matrix of permissions: every door × everybody, with real requests on real rows.

A new door without a row fails here, with its name. Rows stand in `table_<area>.py`; README.md tells how.
"""

import copy
import importlib
import json
import pkgutil
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from projects.services import tokens
from tests import doors
from tests.doors import walk, world
from tests.doors.rows import DENIED, HIDDEN, NOBODY, OPEN, PERSONS, SIGN_IN, Row
from tests.doors.world import World

TABLES: dict[str, ModuleType] = {
    name: importlib.import_module(f"tests.doors.{name}")
    for _, name, _ in pkgutil.iter_modules(doors.__path__)
    if name.startswith("table_")
}
ROWS: tuple[Row, ...] = tuple(row for table in TABLES.values() for row in table.ROWS)
NUMBERS = {401: NOBODY, 403: DENIED, 404: HIDDEN}
SAFE = {"GET", "HEAD"}


@pytest.fixture
def everything(db: None) -> World:
    return world.make()


# --- nothing is left out -----------------------------------------------------------------------


def test_every_address_has_a_row() -> None:
    missing = walk.pages() - {row.route for row in ROWS if row.method != "WS"}
    assert not missing, _lines(missing)


def test_every_operation_of_the_api_has_a_row() -> None:
    missing = {f"{method} {route}" for method, route in walk.operations()} - {row.door for row in ROWS}
    assert not missing, _lines(missing)


def test_every_socket_has_a_row() -> None:
    missing = walk.sockets() - {row.route for row in ROWS if row.method == "WS"}
    assert not missing, _lines(missing)


def test_no_row_is_about_a_door_that_is_gone() -> None:
    there = walk.pages() | {route for _, route in walk.operations()} | walk.sockets()
    gone = {row.route for row in ROWS} - there
    assert not gone, _lines(gone)


def test_no_address_takes_a_method_that_no_row_tells_of(everything: World) -> None:
    told = {row.door for row in ROWS}
    untold = []
    for row in ROWS:
        for method in {"GET", "POST"} - {row.method}:
            if row.method != "WS" and f"{method} {row.route}" not in told:
                answer = _ask(everything, "owner", row, method=method)
                untold += [] if answer.status_code == 405 else [f"{method} {row.route} ({answer.status_code})"]
    assert not untold, _lines(untold)


def _lines(found: Iterable[str]) -> str:
    return "\n" + "\n".join(sorted(set(found)))


# --- who meets what ----------------------------------------------------------------------------


@override_settings(SIGNUP_OPEN=True)
@pytest.mark.parametrize("table", sorted(TABLES))
def test_everybody_meets_what_the_table_says(everything: World, table: str) -> None:
    wrong = []
    for row in TABLES[table].ROWS:
        for person in PERSONS if row.method != "WS" else ():
            answer = _ask(everything, person, row)
            if _met(answer, row) != row.who[person]:
                wrong.append(f"{row.door}: {person} met {_told(answer)} instead of {row.who[person]}")
    assert not wrong, _lines(wrong)


def test_a_token_that_may_only_read_changes_nothing(everything: World) -> None:
    """Whatever is no reading and not for everybody asks for more than the scope `read`."""
    secret = tokens.create(user=everything.people.owner, name="reads", scopes=["read"])[1]
    headers = {"authorization": f"Bearer {secret}"}
    found = []
    for row in ROWS:
        if row.route.startswith(walk.API) and row.method not in SAFE and row.who["anonymous"] == NOBODY:
            answer = _ask(everything, "anonymous", row, headers=headers)
            found += [] if answer.status_code == 403 else [f"{row.door} ({answer.status_code})"]
    assert not found, _lines(found)


def test_the_admin_is_for_the_staff_alone(everything: World) -> None:
    """Its pages are Django's; each is asked for by everybody all the same."""
    for route in sorted(walk.admin()):
        address = _admin_address(route)
        for person in PERSONS:
            answer = everything.clients[person].get(address)
            is_in = not _is_sign_in(answer)
            is_public = route in {"admin/login/", "admin/logout/", "admin/jsi18n/"}
            assert is_public or is_in == (person == "staff"), f"{person} at {address}: {answer.status_code}"


def _admin_address(route: str) -> str:
    """No row has these ids; whoever may come in is told so, in the admin's own way."""
    filled = walk.plain(route).replace("<app_label>", "projects").replace("<url>", "nothing")
    return "/" + world.PLACEHOLDER.sub("1", filled)


# --- asking ------------------------------------------------------------------------------------


def _ask(
    everything: World, person: str, row: Row, *, method: str = "", headers: Mapping[str, str] | None = None
) -> HttpResponseBase:
    """One request; whatever it does to the database is undone."""
    with transaction.atomic():
        address = everything.address(row.route + row.query, dict(row.fill))
        body = row.body(everything) if callable(row.body) else row.body
        client = everything.clients[person]
        cookies = copy.deepcopy(client.cookies)
        answer: HttpResponseBase = client.generic(
            method or row.method, address, headers={**row.headers, **(headers or {})}, **_encoded(row, body)
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    cache.clear()  # how often somebody may ask is not asked here
    return answer


def _encoded(row: Row, body: Any) -> dict[str, Any]:
    if isinstance(body, bytes):
        return {"data": body, "content_type": "application/octet-stream"}
    if row.route.startswith("api/") and body is not None:
        return {"data": json.dumps(body, default=str).encode(), "content_type": "application/json"}
    if row.method in SAFE:
        return {}
    return {"data": encode_multipart(BOUNDARY, body or {}), "content_type": MULTIPART_CONTENT}


def _met(answer: HttpResponseBase, row: Row) -> str:
    if answer.status_code in row.good:
        return OPEN
    if _is_sign_in(answer):
        return SIGN_IN
    if 200 <= answer.status_code < 400:
        return OPEN
    return NUMBERS.get(answer.status_code, _told(answer))


def _told(answer: HttpResponseBase) -> str:
    place = f" to {answer.headers['Location']}" if "Location" in answer.headers else ""
    words = getattr(answer, "content", b"")[:200].decode(errors="replace") if answer.status_code >= 422 else ""
    return f"{answer.status_code}{place}{words and f': {words}'}"


def _is_sign_in(answer: HttpResponseBase) -> bool:
    places = ("/accounts/login/", "/admin/login/")
    return answer.status_code == 302 and answer.headers["Location"].partition("?")[0] in places
