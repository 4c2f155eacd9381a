"""Tokens over the API: a secret is in one answer, and none grows beyond the one that made it."""

from datetime import timedelta

from django.utils import timezone

from projects.models import ApiToken, IdempotencyRecord
from projects.services import tokens
from tests.people import People
from tests.programs import Program, Programs, problem


def test_one_is_made_used_listed_and_taken_away(people: People, program: Programs) -> None:
    asks = program(people.owner)
    made = asks.post("/tokens", {"name": "deploy", "scopes": ["read"], "days": 7}, Idempotency_Key="one")
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert Program(secret).get("/projects").status_code == 200
    listed = asks.get("/tokens")
    assert secret not in f"{listed.content!r} {IdempotencyRecord.objects.values()} {ApiToken.objects.values()}"
    path = f"/tokens/{made.json()['token']['id']}"
    assert problem(program(people.editor).delete(path))["code"] == "not_found"
    assert asks.delete(path).status_code == 204
    assert problem(Program(secret).get("/projects"))["code"] == "unauthenticated"


def test_a_token_makes_none_that_may_do_more_or_works_longer(people: People) -> None:
    soon = timezone.now() + timedelta(days=1)
    secret = tokens.create(user=people.owner, name="x", scopes=["read", "manage"], expires_at=soon)[1]
    asks = Program(secret)
    assert problem(asks.post("/tokens", {"name": "more", "scopes": ["write"]}))["code"] == "scope_missing"
    for days in ({}, {"days": 30}):
        made = asks.post("/tokens", {"name": "y", "scopes": ["read"], **days}).json()
        assert ApiToken.objects.get(pk=made["token"]["id"]).expires_at == soon
    assert not ApiToken.objects.filter(name="more").exists()


def test_a_token_that_may_only_read_sees_no_tokens(people: People, program: Programs) -> None:
    assert problem(program(people.owner, "read").get("/tokens"))["code"] == "scope_missing"


def test_a_token_that_may_do_nothing_is_none(people: People, program: Programs) -> None:
    assert problem(program(people.owner).post("/tokens", {"name": "x", "scopes": []}))["code"] == "invalid"
