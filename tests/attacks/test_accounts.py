"""Attacks on accounts: being led astray, sessions given beforehand, guessing, and learning who is here."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings

from projects.models import User
from projects.services import accounts, invitations, sessions
from tests import people as people_of_tests
from tests.people import People
from tests.projects.services.test_factors import activate, code

pytestmark = pytest.mark.django_db

GOOD = {"login": "owner@example.org", "password": "a good password"}
ELSEWHERE = [
    "https://evil.test/", "//evil.test/", "///evil.test", r"\\evil.test", r"/\evil.test", "http:evil.test",
    "javascript:alert(1)", "/%09/evil.test", "https://localhost@evil.test/", " https://evil.test",
]  # fmt: skip


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


def is_ours(target: str) -> bool:
    """Relative, and not to be read as another host by any browser."""
    return re.match(r"/(?![/\\])", target) is not None and "\\" not in target


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_next_leads_away(people: People, client: Client, target: str) -> None:
    assert is_ours(client.post("/accounts/login/", {**GOOD, "next": target})["Location"])
    again = client.post("/accounts/reauthenticate/", {"password": GOOD["password"], "next": target})
    assert is_ours(again["Location"])
    for path in ("/accounts/login/", "/accounts/signup/", "/admin/login/"):
        moved = client.get(path, {"next": target})
        assert moved.status_code != 302 or is_ours(moved["Location"]) or path == "/admin/login/"
    assert is_ours(client.post("/accounts/logout/", {"next": target})["Location"])


@override_settings(SIGNUP_OPEN=True)
@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_sign_up_leads_away(client: Client, target: str) -> None:
    word = "a fine long password"
    new = {"email": "new@example.org", "password1": word, "password2": word, "next": target}
    assert is_ours(client.post("/accounts/signup/", new)["Location"])


@pytest.mark.parametrize("way", ["password", "link"])
def test_a_session_given_beforehand_is_not_the_one_that_is_signed_in(people: People, client: Client, way: str) -> None:
    client.get("/accounts/login/?next=/projects/")
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    if way == "password":
        client.post("/accounts/login/", GOOD)
    else:
        client.get(f"/enter/{accounts.sign_in_token(people.owner)}/")
    assert client.get("/projects/").status_code == 200
    assert client.session.session_key != session.session_key
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    assert thief.get("/projects/").status_code == 302


@pytest.mark.parametrize("way", ["link", "api", "api with a second factor"])
def test_who_signs_in_over_somebody_ends_that_session_and_finds_nothing_of_it(
    people: People, client: Client, way: str
) -> None:
    client.post("/accounts/login/", GOOD)
    client.post("/accounts/reauthenticate/", {"password": GOOD["password"]})
    session = client.session
    session["left"] = "by the owner"
    session.save()
    secret = activate(people.editor) if way == "api with a second factor" else ""
    _sign_in_over(client, people, way, secret)
    assert client.get("/api/v2/me").json()["email"] == "editor@example.org"
    assert "left" not in client.session
    assert client.session.session_key != session.session_key
    assert b"owner@example.org" not in client.get("/accounts/email/").content
    # That the one before had given a password again counts for nothing.
    assert client.post("/accounts/tokens/", {"name": "x", "scopes": ["read"]})["Location"].startswith(
        "/accounts/reauthenticate/"
    )
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    assert old.get("/api/v2/me").status_code == 401
    assert not session.exists(session.session_key or "")
    assert sessions.of_user(people.owner) == []
    assert [one.session_key for one in sessions.of_user(people.editor)] == [client.session.session_key]


def _sign_in_over(client: Client, people: People, way: str, secret: str) -> None:
    if way == "link":
        client.get(f"/enter/{accounts.sign_in_token(people.editor)}/")
        return
    json = "application/json"
    client.post("/api/v2/auth/sign-in", {"email": "editor@example.org", "password": GOOD["password"]}, json)
    if secret:
        assert client.get("/api/v2/me").json()["email"] == "owner@example.org"  # half a sign-in is none
        client.post("/api/v2/auth/second-factor", {"code": code(secret)}, json)


def test_sign_in_does_not_tell_who_is_here(people: People) -> None:
    told = set()
    for email in ("owner@example.org", "nobody@example.org", "locked@example.org"):
        page = Client().post("/accounts/login/", {"login": email, "password": "wrong"}).content.decode()
        told.add(re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", page))
    assert len(told) == 1


def test_a_code_works_once(people: People) -> None:
    now = code(secret := activate(people.owner))
    for expected in (302, 200):
        client = Client()
        client.post("/accounts/login/", GOOD)
        assert client.post("/accounts/2fa/authenticate/", {"code": now}).status_code == expected
    assert secret


def test_codes_are_not_guessed(people: People, client: Client) -> None:
    secret = activate(people.owner)
    client.post("/accounts/login/", GOOD)
    for number in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"})
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert client.get("/projects/").status_code == 302


def test_nothing_dangerous_is_done_with_half_a_sign_in(people: People, client: Client) -> None:
    activate(people.owner)
    client.post("/accounts/login/", GOOD)
    for path in ("/accounts/2fa/totp/deactivate/", "/accounts/tokens/", "/accounts/password/change/", "/admin/"):
        for answer in (client.get(path), client.post(path, {"name": "x", "scopes": ["read"]})):
            assert (path, answer.status_code) == (path, 302)
            assert "login" in answer["Location"] or "authenticate" in answer["Location"]


def test_the_admin_lets_nobody_in_by_a_password_alone(people: People, client: Client) -> None:
    people.owner.is_staff = people.owner.is_superuser = True
    people.owner.save()
    activate(people.owner)
    answer = client.post("/admin/login/?next=/admin/", {"username": GOOD["login"], "password": GOOD["password"]})
    assert answer["Location"].startswith("/accounts/login/")
    assert client.get("/admin/").status_code == 302


def test_an_invitation_is_not_used_up_by_looking(people: People, client: Client) -> None:
    offer = invitations.invite(people.project, email="new@example.org", role="viewer", by=people.owner)
    path = "/" + offer.link.partition("://")[2].partition("/")[2]
    client.force_login(people.stranger)
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        client.generic(method, path)
    assert invitations.open_with(path.split("/")[2]) is not None


def test_no_other_site_makes_somebody_join(people: People) -> None:
    offer = invitations.invite(people.project, email="new@example.org", role="viewer", by=people.owner)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.stranger)
    path = "/" + offer.link.partition("://")[2].partition("/")[2]
    assert client.post(path, headers={"origin": "https://evil.test"}).status_code == 403
    assert not User.objects.filter(pk=people.stranger.pk, memberships__project=people.project).exists()
