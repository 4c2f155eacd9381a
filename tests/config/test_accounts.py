"""Sign-up, sign-in and reset through allauth, as this installation sets them."""

import re

import pytest
from django.core import mail
from django.test import Client

from projects.models import User

pytestmark = pytest.mark.django_db

FORM = {"email": "alice@example.org", "password1": "a long enough secret", "password2": "a long enough secret"}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.org", "a long enough secret", name="Alice")


def test_sign_up_is_closed_by_default(client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    assert not User.objects.exists()


def test_sign_up_works_where_it_is_open(client: Client, settings) -> None:
    settings.SIGNUP_OPEN = True
    response = client.post("/accounts/signup/", FORM)
    assert response.status_code == 302
    assert User.objects.get().email == "alice@example.org"


def test_a_weak_password_is_refused(client: Client, settings) -> None:
    settings.SIGNUP_OPEN = True
    client.post("/accounts/signup/", {**FORM, "password1": "12345", "password2": "12345"})
    assert not User.objects.exists()


def test_sign_in_by_e_mail(client: Client, alice: User) -> None:
    response = client.post("/accounts/login/", {"login": alice.email, "password": "a long enough secret"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_wrong_password_does_not_sign_in(client: Client, alice: User) -> None:
    client.post("/accounts/login/", {"login": alice.email, "password": "guess"})
    assert "_auth_user_id" not in client.session


def test_guessing_is_throttled(client: Client, alice: User) -> None:
    for number in range(5):
        client.post("/accounts/login/", {"login": alice.email, "password": f"guess {number}"})
    client.post("/accounts/login/", {"login": alice.email, "password": "a long enough secret"})
    assert "_auth_user_id" not in client.session


def test_a_reset_sends_a_link_that_sets_the_password(client: Client, alice: User) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = re.search(r"http\S+", str(mail.outbox[0].body))
    assert link
    form = client.get(link.group(), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another long secret", "password2": "another long secret"})
    alice.refresh_from_db()
    assert alice.check_password("another long secret")


@pytest.mark.parametrize("address", ["", "smtp://letters.example"])
def test_a_letter_is_said_to_be_on_its_way_where_letters_are_sent(
    client: Client, alice: User, settings, address: str
) -> None:
    settings.MAIL_URL = address
    settings.SIGNUP_OPEN = True
    reset = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True).content
    pages = [reset, client.get("/accounts/confirm-email/").content]
    pages.append(client.post("/accounts/signup/", {**FORM, "email": "bob@example.org"}, follow=True).content)
    for page in pages:
        assert (b"on its way" in page, b"sends no letters" in page) == (bool(address), not address)


def test_an_unknown_address_learns_nothing_from_a_reset(client: Client, alice: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": alice.email})
    unknown = client.post("/accounts/password/reset/", {"email": "mallory@example.org"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
