"""One's own tokens, on their page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from projects.models import ApiToken, AuditEntry
from projects.services import tokens
from tests.people import People

PAGE = "/accounts/tokens/"
NEW = {"name": "Deploy", "scopes": ["read", "write"], "days": "7"}


@pytest.fixture
def owner(people: People, client: Client) -> Client:
    client.post("/accounts/login/", {"login": "owner@example.org", "password": "a good password"})
    client.post("/accounts/reauthenticate/", {"password": "a good password"})
    return client


def test_its_secret_is_shown_once_and_works(people: People, owner: Client) -> None:
    answer = owner.post(PAGE, NEW)
    token = ApiToken.objects.get()
    start = answer.content.decode().partition(f"djinn_{token.prefix}_")[2]
    secret = f"djinn_{token.prefix}_{start.partition('<')[0]}"
    assert tokens.authenticate(secret) == people.owner
    assert "no-store" in answer["Cache-Control"]
    assert secret not in owner.get(PAGE).content.decode()
    assert secret not in str(list(AuditEntry.objects.values()))
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


def test_one_for_ever_and_what_is_missing(owner: Client) -> None:
    owner.post(PAGE, {**NEW, "days": ""})
    assert ApiToken.objects.get().expires_at is None
    wrongs: list[dict[str, object]] = [{"name": ""}, {"scopes": []}, {"scopes": ["king"]}, {"days": "9999"}]
    for wrong in wrongs:
        assert owner.post(PAGE, {**NEW, **wrong}).status_code == 422
    assert ApiToken.objects.count() == 1


def test_making_one_asks_for_the_password_again(people: People, client: Client) -> None:
    client.force_login(people.owner)
    assert client.post(PAGE, NEW)["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


def test_one_takes_ones_own_away_and_nobody_elses(people: People, owner: Client) -> None:
    mine = tokens.create(user=people.owner, name="mine", scopes=["read"])[0]
    theirs = tokens.create(user=people.editor, name="theirs", scopes=["read"])[0]
    for token in (mine, theirs):
        owner.post(f"{PAGE}{token.pk}/revoke/")
    assert list(ApiToken.objects.values_list("name", flat=True)) == ["theirs"]
    assert AuditEntry.objects.filter(act="token_revoked").count() == 1
