"""Pages that no view of ours renders: sign-in and its relatives, and what is shown when something broke."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from config import refusals
from tests.people import People
from tests.ui import markup

ENTRANCE = ["account_login", "account_reset_password", "account_reset_password_done", "account_signup"]
OWN = ["account_email", "account_change_password", "account_logout"]
ADDRESSES = {
    "account_login": "/accounts/login/",
    "account_signup": "/accounts/signup/",
    "account_reset_password": "/accounts/password/reset/",
    "account_reset_password_done": "/accounts/password/reset/done/",
    "account_email": "/accounts/email/",
    "account_change_password": "/accounts/password/change/",
    "account_logout": "/accounts/logout/",
}


@pytest.mark.parametrize("number", refusals.WORDS)
def test_an_error_page_needs_nothing_around_it(number: int) -> None:
    page = markup.read(refusals.page(number))
    assert page.tags.count("h1") == 1
    assert ("href", "/") in page.attributes
    assert str(number) in page.text
    assert refusals.WORDS[number].heading in page.text


def test_what_has_no_page_of_ours_finds_our_mark(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/static/img/mark.svg")
    assert finders.find("img/mark.svg")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRANCE)
def test_the_way_in_has_our_frame(client: Client, name: str) -> None:
    _looks_like_ours(client.get(ADDRESSES[name]).content.decode())


@pytest.mark.parametrize("name", OWN)
def test_the_account_has_our_frame(client: Client, people: People, name: str) -> None:
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    _looks_like_ours(client.get(ADDRESSES[name]).content.decode())


@pytest.mark.django_db
def test_a_wrong_password_is_said_beside_the_form(client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    assert 'class="faults"' in answer.content.decode()


def test_a_new_password_is_asked_for_where_there_was_none(client: Client, people: People) -> None:
    people.owner.set_unusable_password()
    people.owner.save()
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert "Set a password" in client.get("/accounts/password/set/").content.decode()


def _looks_like_ours(html: str) -> None:
    page = markup.read(html)
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1
    assert any(name == "href" and str(value).endswith("main.css") for name, value in page.attributes)
    assert not [name for name, _ in page.attributes if name == "style" or name.startswith("on")]
