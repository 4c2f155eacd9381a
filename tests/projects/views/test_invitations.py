"""The link of an invitation, opened in a browser."""

import pytest
from django.test import Client, override_settings

from projects.models import Invitation, Member, User
from projects.services import invitations, projects
from tests.people import People

NEW = {"email": "new@example.org", "password1": "a fine long password", "password2": "a fine long password"}


@pytest.fixture
def path(people: People) -> str:
    offer = invitations.invite(people.project, email="new@example.org", role="editor", by=people.owner)
    return "/" + offer.link.partition("://")[2].partition("/")[2]


def test_opening_it_changes_nothing_and_pressing_joins(people: People, path: str, client: Client) -> None:
    client.force_login(people.stranger)
    page = client.get(path)
    assert b"Night Garden" in page.content
    assert b"stranger@example.org" in page.content
    assert not Member.objects.filter(user=people.stranger).exists()
    assert client.post(path)["Location"].endswith("/p/owner/night-garden/")
    assert Member.objects.get(user=people.stranger).role == "editor"
    # Whoever joined by it is led on; for others it is used up.
    assert client.get(path).status_code == 302
    client.force_login(people.viewer)
    assert client.get(path).status_code == 404


def test_somebody_not_signed_in_is_led_to_the_sign_in_and_back(people: People, path: str, client: Client) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert f"/accounts/login/?next={path}".encode() in page.content
    assert client.post(path)["Location"] == f"/accounts/login/?next={path}"
    back = client.post(
        "/accounts/login/", {"login": "stranger@example.org", "password": "a good password", "next": path}
    )
    assert back["Location"] == path


@override_settings(SIGNUP_OPEN=False)
def test_it_opens_a_closed_sign_up_for_one_account_which_is_in_at_once(people: People, path: str) -> None:
    assert b"Sign-up is closed" in Client().get("/accounts/signup/").content
    assert b"Sign-up is closed" in Client().get("/accounts/signup/?next=/join/nonsense/").content
    late = Client()
    assert b"Make my account" in late.get(f"/accounts/signup/?next={path}").content
    first = Client()
    assert first.post("/accounts/signup/", {**NEW, "next": path})["Location"] == path
    assert Member.objects.get(user__email="new@example.org").role == "editor"
    assert first.get(path)["Location"].endswith("/p/owner/night-garden/")
    second = late.post("/accounts/signup/", {**NEW, "email": "b@example.org", "next": path})
    assert b"Sign-up is closed" in second.content
    assert not User.objects.filter(email="b@example.org").exists()


@override_settings(SIGNUP_OPEN=True)
def test_an_account_made_with_a_used_link_joins_nothing(people: People, path: str, client: Client) -> None:
    invitations.accept(path.split("/")[2], by=people.stranger)
    answer = client.post("/accounts/signup/", {**NEW, "next": path})
    assert answer["Location"] == path
    assert not User.objects.filter(email="new@example.org").exists()


@override_settings(SIGNUP_OPEN=False)
def test_nobody_is_offered_to_join_an_archived_project(people: People, path: str, client: Client) -> None:
    projects.archive(people.project, by=people.owner)
    for user in (None, people.stranger):
        if user:
            client.force_login(user)
        page = client.get(path)
        assert (page.status_code, b"It is archived" in page.content) == (200, True)
        for offered in (b">Join<", b"Sign in and join", b"Make an account"):
            assert offered not in page.content
    assert client.post(path).status_code == 409
    assert b"Sign-up is closed" in Client().get(f"/accounts/signup/?next={path}").content
    Client().post("/accounts/signup/", {**NEW, "next": path})
    assert not User.objects.filter(email="new@example.org").exists()
    projects.unarchive(people.project, by=people.owner)
    assert b">Join<" in client.get(path).content


def test_the_page_does_not_tell_whether_an_address_has_an_account(people: People, client: Client) -> None:
    texts = set()
    for email in ("new@example.org", "stranger@example.org"):
        offer = invitations.invite(people.project, email=email, role="editor", by=people.owner)
        page = client.get("/" + offer.link.partition("://")[2].partition("/")[2]).content.decode()
        token = page.partition('hx-headers=\'{"X-CSRFToken": "')[2].partition('"')[0]
        texts.add(page.replace(offer.link.rstrip("/").rpartition("/")[2], "").replace(token, "" if token else token))
    assert len(texts) == 1


def test_an_expired_or_made_up_link_says_so(people: People, client: Client) -> None:
    assert b"does not work" in client.get("/join/nonsense/").content
    assert client.post("/join/nonsense/").status_code == 302
    client.force_login(people.stranger)
    assert client.post("/join/nonsense/").status_code == 404
    assert Invitation.objects.count() == 0
