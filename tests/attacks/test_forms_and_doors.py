"""Requests no honest browser makes, to every door of the site."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from projects.models import Project, User
from projects.services import accounts
from tests import people
from tests.people import People

BLANK = "00000000-0000-0000-0000-000000000000"
FILLING = {
    "owner": "owner",
    "project": "night-garden",
    "job_id": BLANK,
    "path": "index.html",
    "token": "x",
    "uidb36": "1",
    "key": "x",
}


def _addresses(patterns: list[Any], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = before + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: FILLING.get(found[1], "1"), str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield re.sub(r"\(\?P<\w+>[^)]*\)|[\^$?]", "1", route).replace("11", "1")


# Django's own admin is as safe as Django; two of its doors stand for the rest.
ADMIN = {"/admin/", "/admin/login/"}
ALL = set(_addresses(get_resolver().url_patterns))
ADDRESSES = sorted({one for one in ALL if not one.startswith("/admin/")} | ADMIN)


@pytest.fixture
def everybody(db: None) -> People:
    return people.gather()


@pytest.fixture
def visitor(everybody: People) -> Client:
    """The owner's browser, led by a page of somebody else's: it brings the cookies, but no token."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(everybody.owner)
    return client


def test_there_are_doors_to_try() -> None:
    assert {"/wish/", "/p/owner/night-garden/messages/", "/accounts/logout/"} <= set(ADDRESSES)


def _refusals(address: str) -> set[int]:
    """Git brings no cookies; the API tells of a method or a form it does not know before it asks who it is."""
    more = {401, 405} if address.startswith("/git/") else {405, 415} if address.startswith("/api/") else set()
    return {403, 404} | more


@pytest.mark.parametrize("origin", ["http://evil.test", "null", f"http://p-{'a' * 26}.localhost:8000"])
def test_no_door_takes_a_post_of_another_site(visitor: Client, origin: str) -> None:
    """Not even from a preview, which a browser may count as the same site."""
    before = Project.objects.count()
    for address in ADDRESSES:
        answer = visitor.post(address, {"wish": "x", "text": "x"}, headers={"origin": origin})
        assert (address, answer.status_code) in {(address, number) for number in _refusals(address)}
    assert Project.objects.count() == before


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FROB"])
def test_every_answer_is_guarded_and_none_is_a_failure(visitor: Client, method: str) -> None:
    for address in ADDRESSES:
        answer = visitor.generic(method, address)
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code < 500, address
        assert ("frame-ancestors 'none'" in policy, "unsafe" in policy) == (True, False), address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address


@pytest.mark.parametrize("address", ["/wish/", "/p/owner/night-garden/messages/"])
@pytest.mark.parametrize("sneaky", ["_method", "HTTP_X_HTTP_METHOD_OVERRIDE"])
def test_a_method_is_what_it_is(visitor: Client, address: str, sneaky: str) -> None:
    before = Project.objects.count()
    answer = visitor.get(address, {"wish": "x", "text": "x", "_method": "POST"}, **{sneaky: "POST"})  # type: ignore[arg-type]
    assert (answer.status_code, Project.objects.count()) == (405, before)


ELSEWHERE = [
    "https://evil.test/",
    "//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https:evil.test",
    "javascript:alert(1)",
    "http://localhost@evil.test/",
    "/%0d%0aLocation:https://evil.test",
    "\thttps://evil.test",
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_signing_in_leads_nowhere_else(everybody: People, place: str) -> None:
    client = Client()
    answer = client.post(
        "/accounts/login/", {"login": everybody.owner.email, "password": "a good password", "next": place}
    )
    assert (answer.status_code, answer.headers["Location"]) in {(302, "/"), (302, "/%0d%0aLocation:https://evil.test")}
    assert (
        "evil.test" not in client.post("/accounts/logout/", {"next": place}).headers["Location"].partition("?")[0][:2]
    )


def test_a_link_used_twice_signs_in_once_and_takes_over_no_session(everybody: People) -> None:
    """A session that somebody laid in the browser before is not the one that is signed in."""
    client, other = Client(), Client()
    client.get("/")
    laid = client.session
    laid["laid"] = True
    laid.save()
    key = laid.session_key
    assert key
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    token = accounts.sign_in_token(everybody.owner)
    assert client.get(f"/enter/{token}/").headers["Location"] == "/"
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != key
    assert other.get(f"/enter/{token}/").headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in other.session


@pytest.mark.parametrize("headers", [{"sec-purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}])
def test_looking_ahead_leaves_the_link_unused(everybody: People, headers: dict[str, str]) -> None:
    token = accounts.sign_in_token(everybody.owner)
    assert Client().get(f"/enter/{token}/", headers=headers).status_code == 204
    assert Client().head(f"/enter/{token}/").status_code == 405
    assert Client().get(f"/enter/{token}/").headers["Location"] == "/"


def test_a_stranger_learns_nothing_from_signing_in(everybody: People) -> None:
    """The same words and the same status, whether there is such an account or not."""
    told = []
    for email in (everybody.owner.email, "nobody@example.org"):
        answer = Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        without_token = re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())
        told.append((answer.status_code, without_token.replace(email, "")))
    assert told[0] == told[1]


WORDS = {
    "one character too many": ("x" * 20_001, 422),
    "as many as allowed": ("x" * 20_000, 302),
    "nothing but space": (" \n\t ", 422),
    "a zero": ("a\0b", 422),
    "emoji": ("\U0001f469\u200d\U0001f52c" * 500, 302),
    "the other direction": ("\u202egnp.exe", 302),
    "control characters": ("\x01\x1b[31mred\x07", 302),
    "markup": ("<script>alert(1)</script>{{ 7|add:7 }}{% debug %}", 302),
    "a path": ("../../../etc/passwd", 302),
    "SQL": ("'; drop table projects_project; --", 302),
}


@pytest.mark.parametrize(("wish", "status"), WORDS.values(), ids=WORDS)
def test_any_words_are_a_wish_or_a_polite_refusal(everybody: People, wish: str, status: int) -> None:
    client = Client()
    client.force_login(everybody.owner)
    answer = client.post("/wish/", {"wish": wish})
    assert answer.status_code == status
    if status == 302:
        page = client.get(answer.headers["Location"]).content.decode()
        assert "<script>alert" not in page
        assert re.fullmatch(r"/p/owner/[a-z0-9_-]+/", answer.headers["Location"])


PATHS = [
    *("..", "../db.sqlite3", "%2e%2e/db.sqlite3", "a/../../b", "/etc/passwd", "//etc/passwd", "a%00b", "a\\b"),
    *(
        "index.html/",
        "index.html/../index.html",
        "./index.html",
        "INDEX.HTML",
        "a" * 3000,
        "%ff",
        "\u202e",
        ".git/config",
    ),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_a_key_and_nothing_else(everybody: People, path: str) -> None:
    client = Client()
    client.force_login(everybody.owner)
    assert client.get(f"/p/owner/night-garden/files/{path}").status_code == 404


@pytest.mark.parametrize("rest", ["", "files/", "files/x", "export.zip"])
def test_strangers_cannot_tell_a_project_from_none(everybody: People, rest: str) -> None:
    client = Client()
    client.force_login(everybody.stranger)
    for name in ("night-garden", "no-such"):
        assert client.get(f"/p/owner/{name}/{rest}").status_code == 404


@pytest.mark.parametrize("rest", ["messages/", f"jobs/{BLANK}/stop/", f"jobs/{BLANK}/retry/"])
def test_strangers_change_nothing(everybody: People, rest: str) -> None:
    client = Client()
    client.force_login(everybody.stranger)
    for name in ("night-garden", "no-such"):
        assert client.post(f"/p/owner/{name}/{rest}", {"text": "x"}).status_code == 404


def test_users_are_made_by_nobody_but_the_owner(db: None) -> None:
    answer = Client().post("/accounts/signup/", {"email": "a@b.c", "password1": "x" * 20, "password2": "x" * 20})
    assert (answer.status_code, User.objects.count()) == (200, 0)
