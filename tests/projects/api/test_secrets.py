"""Secrets over the API: names go out, values never do."""

import pytest

from projects.models import IdempotencyRecord, Secret
from projects.services import secrets
from tests.people import People
from tests.programs import Programs, problem

SECRET = "planted correct horse"


def at(people: People, name: str = "") -> str:
    return f"/projects/{people.project.pk}/secrets{name and '/'}{name}"


def test_a_cursor_of_half_a_letter_is_refused(people: People, program: Programs):
    answer = program(people.owner).get(at(people) + "?after=WyJcdWQ4MDAiXQ")
    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid")


def test_one_is_set_listed_by_name_and_removed(people: People, program: Programs) -> None:
    asks = program(people.owner)
    put = asks.put(at(people, "KEY"), {"value": SECRET})
    assert (put.status_code, put.json()["name"]) == (200, "KEY")
    listed = asks.get(at(people))
    assert [item.keys() for item in listed.json()["items"]] == [{"name", "created_at", "updated_at"}]
    assert SECRET not in (put.content + listed.content).decode()
    assert asks.put(at(people, "KEY"), {"value": "another value"}).status_code == 200
    assert secrets.environment(people.project) == {"KEY": "another value"}
    assert asks.delete(at(people, "KEY")).status_code == 204
    assert problem(asks.delete(at(people, "KEY")))["code"] == "not_found"
    assert not Secret.objects.exists()


def test_pages_hold_every_name_once(people: People, program: Programs) -> None:
    for letter in "CAB":
        secrets.put(people.project, name=letter, value=SECRET, by=people.owner)
    asks = program(people.owner)
    first = asks.get(at(people) + "?limit=2").json()
    rest = asks.get(at(people) + f"?limit=2&after={first['next']}").json()
    assert [item["name"] for item in [*first["items"], *rest["items"]]] == ["A", "B", "C"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("1KEY", {"value": SECRET}),
        ("PATH", {"value": SECRET}),
        ("KEY", {"value": SECRET * 1000}),
        ("KEY", {"value": SECRET + "\0"}),
        ("KEY", {"value": "short"}),
        ("KEY", {"value": [SECRET]}),
        ("KEY", {"value": SECRET, "more": SECRET}),
        ("KEY", {"name": SECRET}),
    ],
)
def test_a_refusal_repeats_nothing_of_the_value(people: People, program: Programs, name: str, body: object) -> None:
    refused = program(people.owner).put(at(people, name), body)
    assert problem(refused)["code"] == "invalid"
    assert b"planted" not in refused.content
    assert not Secret.objects.exists()


def test_no_key_keeps_a_hash_of_a_value(people: People, program: Programs) -> None:
    assert program(people.owner).put(at(people, "KEY"), {"value": SECRET}, Idempotency_Key="once").status_code == 200
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_it_is_the_owners_alone(people: People, program: Programs, role: str) -> None:
    asks = program(people.by_role(role))
    for answer in (
        asks.get(at(people)),
        asks.put(at(people, "KEY"), {"value": SECRET}),
        asks.delete(at(people, "KEY")),
    ):
        assert problem(answer)["code"] == "forbidden"


def test_a_token_needs_the_scope(people: People, program: Programs) -> None:
    asks = program(people.owner, "read", "write")
    for answer in (
        asks.get(at(people)),
        asks.put(at(people, "KEY"), {"value": SECRET}),
        asks.delete(at(people, "KEY")),
    ):
        assert problem(answer)["code"] == "scope_missing"


def test_a_stranger_finds_nothing(people: People, program: Programs) -> None:
    assert problem(program(people.stranger).get(at(people)))["code"] == "not_found"
