import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from projects import errors
from projects.models import ApiToken
from projects.services import tokens
from tests.people import People, gather
from tests.threads import holding


def test_a_secret_signs_its_owner_in_and_is_kept_nowhere(people: People):
    token, secret = tokens.create(user=people.editor, name=" deploy ", scopes=["read"])
    assert tokens.authenticate(secret) == people.editor
    row = ApiToken.objects.values().get(pk=token.pk)
    assert (row["name"], row["scopes"]) == ("deploy", ["read"])
    assert secret not in str(row)
    assert secret.startswith(f"djinn_{row['prefix']}_")


def test_use_is_noted_at_most_once_a_minute(people: People):
    token, secret = tokens.create(user=people.editor, name="x", scopes=["read", "write"])
    tokens.authenticate(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    tokens.authenticate(secret)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(minutes=2))
    tokens.authenticate(secret)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at >= first


def test_a_wrong_secret_signs_nobody_in(people: People):
    _, secret = tokens.create(user=people.editor, name="x", scopes=["read"])
    for wrong in ("", "djinn_", secret[:-1], secret + "x", secret.upper(), "djinn__" + secret):
        assert tokens.authenticate(wrong) is None


def test_a_token_ends(people: People):
    soon = timezone.now() + timedelta(hours=1)
    token, secret = tokens.create(user=people.editor, name="x", scopes=["read"], expires_at=soon)
    assert tokens.authenticate(secret) == people.editor
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert tokens.authenticate(secret) is None


def test_a_revoked_token_and_one_of_somebody_shut_out_do_not_work(people: People):
    token, secret = tokens.create(user=people.editor, name="x", scopes=["read"])
    people.editor.is_active = False
    people.editor.save(update_fields=["is_active"])
    assert tokens.authenticate(secret) is None
    people.editor.is_active = True
    people.editor.save(update_fields=["is_active"])
    tokens.revoke(token, by=people.editor)
    assert tokens.authenticate(secret) is None


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "all"]])
def test_it_refuses_scopes_that_do_not_exist(people: People, scopes: list[str]):
    with pytest.raises(errors.UnknownScope):
        tokens.create(user=people.editor, name="x", scopes=scopes)
    assert not ApiToken.objects.exists()


def test_it_refuses_a_token_without_a_name(people: People):
    with pytest.raises(errors.BadName):
        tokens.create(user=people.editor, name=" ", scopes=["read"])
    assert not ApiToken.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_reading_waits_for_nobody_who_holds_the_row(transactional_db: None):
    """Whoever revokes it, or notes its use, may be slow; whether it was used is not worth waiting for."""
    people = gather()
    token, secret = tokens.create(user=people.editor, name="x", scopes=["read"])
    with holding(lambda: ApiToken.objects.filter(pk=token.pk).update(name="held")) as thread:
        began = time.monotonic()
        answer = Client().get("/api/v2/projects", headers={"Authorization": f"Bearer {secret}"})
        took = time.monotonic() - began
        is_held = thread.is_alive()
    assert (answer.status_code, is_held) == (200, True)
    assert took < 5  # a tenth of a second by itself; without the limit, twenty
    token.refresh_from_db()
    assert (token.name, token.last_used_at) == ("held", None)
    assert Client().get("/api/v2/projects", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
