"""Where one is signed in, and ending it from elsewhere."""

from allauth.usersessions.models import UserSession
from django.test import Client

from tests.people import People

PAGE = "/accounts/sessions/"


def signed_in(agent: str, email: str = "owner@example.org") -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": email, "password": "a good password"})
    return client


def test_each_is_listed_and_one_is_ended(people: People) -> None:
    here, there = signed_in("Here/1"), signed_in("There/2")
    page = here.get(PAGE).content
    assert (b"Here/1" in page, b"There/2" in page) == (True, True)
    other = UserSession.objects.get(user_agent="There/2")
    here.post(f"{PAGE}{other.pk}/end/")
    assert there.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert here.post(f"{PAGE}{other.pk}/end/").status_code == 302


def test_all_others_are_ended(people: People) -> None:
    here, there = signed_in("Here/1"), signed_in("There/2")
    here.post(PAGE)
    assert (there.get(PAGE).status_code, here.get(PAGE).status_code) == (302, 200)


def test_nobody_ends_those_of_somebody_else(people: People) -> None:
    mine, theirs = signed_in("Mine/1"), signed_in("Theirs/2", "editor@example.org")
    mine.post(f"{PAGE}{UserSession.objects.get(user_agent='Theirs/2').pk}/end/")
    mine.post(PAGE)
    assert theirs.get(PAGE).status_code == 200


def test_a_changed_password_ends_all_others(people: People) -> None:
    here, there = signed_in("Here/1"), signed_in("There/2")
    new = {"oldpassword": "a good password", "password1": "another fine word", "password2": "another fine word"}
    here.post("/accounts/password/change/", new)
    assert (there.get(PAGE).status_code, here.get(PAGE).status_code) == (302, 200)
