"""Signing up, in and out over the API."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.test import Client

from projects.models import AuditEntry, User
from tests.people import People
from tests.programs import Programs, problem
from tests.projects.services.test_factors import activate, code

pytestmark = pytest.mark.django_db
PASSWORD = "a good password"


class Browser:
    """One with a cookie jar, whose CSRF token is checked."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/v2{path}", json.dumps(body or {}), "application/json", headers=headers)

    def me(self) -> int:
        return self.client.get("/api/v2/me").status_code


def test_who_knows_the_password_is_in(people: People) -> None:
    browser = Browser()
    entered = browser.post("/auth/sign-in", {"email": "OWNER@example.org", "password": PASSWORD})
    assert (entered.status_code, entered.json()["user"]["email"]) == (200, "owner@example.org")
    assert "password" not in json.dumps(entered.json()["user"])
    assert browser.me() == 200
    made = browser.post("/projects", {"name": "A Pond"}, **{"X-CSRFToken": entered.json()["csrf_token"]})
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.org", "another one"), ("nobody@example.org", PASSWORD), ("no address", PASSWORD)],
)
def test_who_does_not_is_told_the_same_whoever_they_are(people: People, email: str, password: str) -> None:
    browser = Browser()
    told = problem(browser.post("/auth/sign-in", {"email": email, "password": password}))
    assert (told["status"], told["code"]) == (401, "wrong_credentials")
    assert told["detail"] == "This e-mail address and this password do not belong together."
    assert browser.me() == 401


def test_guessing_is_stopped(people: People) -> None:
    browser = Browser()
    tried = [browser.post("/auth/sign-in", {"email": "owner@example.org", "password": str(n)}) for n in range(7)]
    assert [answer.status_code for answer in tried] == [401] * 5 + [429] * 2
    assert tried[-1].headers["Retry-After"] == "300"
    assert browser.post("/auth/sign-in", {"email": "owner@example.org", "password": PASSWORD}).status_code == 429


def test_who_is_locked_out_does_not_get_in(people: People) -> None:
    User.objects.filter(pk=people.owner.pk).update(is_active=False)
    assert Browser().post("/auth/sign-in", {"email": "owner@example.org", "password": PASSWORD}).status_code == 401


def signed_in(email: str = "owner@example.org") -> tuple[Browser, dict[str, str]]:
    browser = Browser()
    entered = browser.post("/auth/sign-in", {"email": email, "password": PASSWORD})
    return browser, {"X-CSRFToken": entered.json()["csrf_token"]}


def test_who_gives_the_password_again_may_do_what_asks_for_it(people: People) -> None:
    browser, csrf = signed_in()
    new = {"name": "x", "scopes": ["read"]}
    assert problem(browser.post("/tokens", new, **csrf))["code"] == "confirmation_missing"
    assert problem(browser.post("/auth/confirm", {"password": PASSWORD}))["code"] == "csrf_failed"
    wrong = problem(browser.post("/auth/confirm", {"password": "another one"}, **csrf))
    assert (wrong["status"], wrong["code"], wrong["detail"]) == (
        401,
        "wrong_credentials",
        "This password is not right.",
    )
    assert browser.post("/tokens", new, **csrf).status_code == 403
    done = browser.post("/auth/confirm", {"password": PASSWORD}, **csrf)
    assert (done.status_code, done.content, browser.me()) == (204, b"", 200)
    assert browser.post("/tokens", new, **csrf).status_code == 201


def test_somebody_elses_password_confirms_nobody(people: People) -> None:
    people.editor.set_password("k7-Qzr-0041")
    people.editor.save()
    browser, csrf = signed_in()
    assert browser.post("/auth/confirm", {"password": "k7-Qzr-0041"}, **csrf).status_code == 401


def test_a_confirmation_is_for_a_while_and_for_this_session(people: People, settings) -> None:
    browser, csrf = signed_in()
    other, others = signed_in()
    browser.post("/auth/confirm", {"password": PASSWORD}, **csrf)
    assert other.post("/tokens", {"name": "x", "scopes": ["read"]}, **others).status_code == 403
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert browser.post("/tokens", {"name": "x", "scopes": ["read"]}, **csrf).status_code == 403


def test_guessing_again_is_counted_with_the_page(people: People) -> None:
    browser, csrf = signed_in()
    tried = [browser.post("/auth/confirm", {"password": str(n)}, **csrf).status_code for n in range(10)]
    right = browser.post("/auth/confirm", {"password": PASSWORD}, **csrf)
    page = browser.client.post("/accounts/reauthenticate/", {"password": PASSWORD}, headers=csrf)
    assert (tried[0], tried[-1], right.status_code, page.status_code) == (401, 429, 429, 429)
    assert right.headers["Retry-After"] == "300"


def test_the_page_counts_for_it_too(people: People) -> None:
    browser, csrf = signed_in()
    for n in range(11):
        browser.client.post("/accounts/reauthenticate/", {"password": str(n)}, headers=csrf)
    assert browser.post("/auth/confirm", {"password": PASSWORD}, **csrf).status_code == 429


def test_a_code_of_the_second_factor_confirms_once(people: People) -> None:
    browser, csrf = signed_in()
    assert browser.post("/auth/confirm", {"code": "000000"}, **csrf).status_code == 401
    secret = activate(people.owner)
    given = {"code": code(secret)}
    assert browser.post("/auth/confirm", {"code": "000000"}, **csrf).status_code == 401
    assert browser.post("/auth/confirm", given, **csrf).status_code == 204
    assert browser.post("/tokens", {"name": "x", "scopes": ["read"]}, **csrf).status_code == 201
    again = problem(browser.post("/auth/confirm", given, **csrf))
    assert (again["status"], again["detail"]) == (401, "This code is not right, or it was used already.")


@pytest.mark.parametrize("body", [{}, {"password": PASSWORD, "code": "123456"}, {"password": None}])
def test_one_of_both_is_given(people: People, body: dict[str, str]) -> None:
    browser, csrf = signed_in()
    assert problem(browser.post("/auth/confirm", body, **csrf))["status"] == 422


def test_a_token_confirms_nothing(people: People, program: Programs) -> None:
    for password in (PASSWORD, "another one"):
        told = problem(program(people.owner).post("/auth/confirm", {"password": password}))
        assert (told["status"], told["code"]) == (409, "wrong_state")


def test_signing_out_ends_the_session(people: People) -> None:
    browser = Browser()
    token = browser.post("/auth/sign-in", {"email": "owner@example.org", "password": PASSWORD}).json()["csrf_token"]
    assert browser.post("/auth/sign-out").status_code == 403
    assert browser.post("/auth/sign-out", **{"X-CSRFToken": token}).status_code == 204
    assert browser.me() == 401


def test_strangers_make_no_account_where_sign_up_is_closed() -> None:
    answer = Browser().post("/auth/sign-up", {"email": "new@example.org", "password": "k7-Qzr-0041"})
    assert (answer.status_code, problem(answer)["code"]) == (403, "sign_up_closed")
    assert not User.objects.exists()


def test_where_it_is_open_they_do(settings) -> None:
    settings.SIGNUP_OPEN = True
    browser = Browser()
    entered = browser.post("/auth/sign-up", {"email": "new@example.org", "password": "k7-Qzr-0041"})
    assert (entered.status_code, entered.json()["user"]["handle"]) == (201, "new")
    assert browser.me() == 200
    assert EmailAddress.objects.filter(email="new@example.org", verified=False).exists()


@pytest.mark.parametrize(
    ("email", "password", "place"),
    [("new@example.org", "123", "/password"), ("owner@example.org", "k7-Qzr-0041", "/email"), ("x", "k7-Q", "/email")],
)
def test_an_account_that_cannot_be_is_refused_place_by_place(
    people: People, settings, email: str, password: str, place: str
) -> None:
    settings.SIGNUP_OPEN = True
    before = User.objects.count()
    told = problem(Browser().post("/auth/sign-up", {"email": email, "password": password}))
    assert (told["status"], told["code"], User.objects.count()) == (422, "invalid", before)
    assert place in {fault["pointer"] for fault in told["errors"]}


def test_a_code_without_a_first_step_opens_nothing(people: People) -> None:
    assert problem(Browser().post("/auth/second-factor", {"code": "123456"}))["code"] == "wrong_state"


def test_a_session_made_here_is_one_of_the_site(people: People) -> None:
    browser = Browser()
    browser.post("/auth/sign-in", {"email": "owner@example.org", "password": PASSWORD})
    cookie = browser.client.cookies[configured.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert browser.client.get("/projects/").status_code == 200


def test_one_reads_and_names_oneself(people: People, program: Programs) -> None:
    asks = program(people.viewer)
    assert asks.get("/me").json()["email"] == "viewer@example.org"
    assert asks.patch("/me", {"name": " Vera  V. "}).json()["name"] == "Vera V."
    assert problem(asks.patch("/me", {"name": "\u202e"}))["status"] == 422
    assert problem(program(people.viewer, "read", "write").patch("/me", {"name": "X"}))["code"] == "scope_missing"


def test_locking_out_is_for_staff_and_is_written_down(people: People, program: Programs) -> None:
    path = f"/users/{people.stranger.pk}"
    assert program(people.owner).patch(path, {"active": False}).status_code == 403
    User.objects.filter(pk=people.owner.pk).update(is_staff=True, is_superuser=True)
    theirs = program(people.stranger)
    assert program(people.owner).patch(path, {"active": False}).json()["is_active"] is False
    assert theirs.get("/projects").status_code == 401
    entry = AuditEntry.objects.get(act="user_locked_out")
    assert (entry.actor, entry.target_ref) == (people.owner, str(people.stranger.pk))
