import threading

import pytest
from django.core import signing
from django.db import connection

from projects import errors
from projects.models import AuditEntry, User
from projects.services import accounts

pytestmark = pytest.mark.django_db


def test_the_local_owner_is_made_once_and_has_no_password():
    first, second = accounts.local_owner(), accounts.local_owner()
    assert first == second
    assert (first.email, first.handle, first.is_superuser) == ("owner@localhost", "owner", True)
    assert not first.has_usable_password()


def test_handles_are_unique():
    people = [User.objects.create_user(f"ada{number}@example.org", name="Ada L.") for number in range(3)]
    assert [accounts.ensure_handle(user) for user in people] == ["ada-l", "ada-l-2", "ada-l-3"]
    assert accounts.ensure_handle(people[1]) == "ada-l-2"


def test_a_handle_comes_from_the_address_if_there_is_no_name():
    assert accounts.ensure_handle(User.objects.create_user("j.doe@example.org")) == "jdoe"


def test_a_handle_others_gave_meanwhile_is_kept():
    user = User.objects.create_user("a@example.org")
    User.objects.filter(pk=user.pk).update(handle="already")
    assert accounts.ensure_handle(user) == "already"


def test_a_link_signs_in_once():
    user = accounts.local_owner()
    token = accounts.sign_in_token(user)
    assert accounts.redeem(token) == user
    assert accounts.redeem(token) is None


def test_using_a_link_voids_the_others():
    user = accounts.local_owner()
    first, second = accounts.sign_in_token(user), accounts.sign_in_token(user)
    assert accounts.redeem(second) == user
    assert accounts.redeem(first) is None


def test_a_link_grows_too_old(monkeypatch: pytest.MonkeyPatch):
    token = accounts.sign_in_token(accounts.local_owner())
    monkeypatch.setattr(accounts, "LINK_SECONDS", -1)
    assert accounts.redeem(token) is None


def test_a_link_of_someone_shut_out_does_not_work():
    user = accounts.local_owner()
    token = accounts.sign_in_token(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert accounts.redeem(token) is None


@pytest.mark.parametrize("token", ["", "x", "x:y:z"])
def test_a_made_up_link_does_not_work(token: str):
    assert accounts.redeem(token) is None


def test_a_signature_for_something_else_does_not_work():
    user = accounts.local_owner()
    assert accounts.redeem(signing.dumps([user.pk, user.link_epoch], salt="something else")) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_with_one_link_one_gets_in():
    token = accounts.sign_in_token(accounts.local_owner())
    entered: list[User | None] = []

    def enter() -> None:
        entered.append(accounts.redeem(token))
        connection.close()

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(entered) == 6
    assert len([user for user in entered if user]) == 1


def test_only_a_superuser_locks_out_a_superuser():
    owner, staff = accounts.local_owner(), User.objects.create_user("staff@example.org", is_staff=True)
    for active in (False, True):
        with pytest.raises(errors.NotAllowed):
            accounts.admit(owner, active=active, by=staff)
    assert User.objects.get(pk=owner.pk).is_active
    assert not AuditEntry.objects.exists()
    other = User.objects.create_superuser("other@example.org")
    accounts.admit(owner, active=False, by=other)
    assert not User.objects.get(pk=owner.pk).is_active
    assert AuditEntry.objects.get().act == "user_locked_out"


def test_somebody_is_locked_out_as_they_are_now_and_not_as_they_were_read():
    staff, user = User.objects.create_user("staff@example.org"), User.objects.create_user("a@example.org")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    with pytest.raises(errors.NotAllowed):
        accounts.admit(user, active=False, by=staff)
    user.delete()
    with pytest.raises(errors.Missing):
        accounts.admit(User(pk=user.pk or 7), active=False, by=staff)
