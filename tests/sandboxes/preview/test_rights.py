"""Whose word lets somebody see a preview, and until when."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.enums import Role
from projects.models import Member, User
from projects.services import members, projects, sessions, tokens
from sandboxes.models import Sandbox
from sandboxes.preview import cookies, passes, targets
from sandboxes.preview.passes import Guest
from sandboxes.runtime import lifecycle
from tests.sandboxes.preview.conftest import Visitor, cookie_of, owner_of
from tests.sandboxes.preview.test_entrance import a_pass, cookies_of, garden, seen_with, way

__all__ = ["garden"]


@pytest.fixture
def bob(garden: Sandbox) -> User:
    """A viewer of it."""
    bob = User.objects.create_user("bob@example.com", name="Bob")
    Member.objects.create(project=garden.project, user=bob, role=Role.VIEWER)
    return bob


def test_who_leaves_the_project_sees_nothing_from_the_next_request_on(
    visitor: Visitor, garden: Sandbox, bob: User
) -> None:
    cookie = cookie_of(garden, Guest(user=bob.pk))
    assert seen_with(visitor, garden, cookie) == 200
    members.leave(garden.project, by=bob)
    assert seen_with(visitor, garden, cookie) == 403
    assert visitor.stranger("GET", garden, way(garden, a_pass(garden, Guest(user=bob.pk)))).status_code == 303
    assert seen_with(visitor, garden, cookie_of(garden, Guest(user=bob.pk))) == 403


def test_a_yes_is_remembered_for_a_moment_and_no_other(
    visitor: Visitor, garden: Sandbox, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of that guest and that preview alone; then it is asked for again."""
    monkeypatch.setattr(targets, "FRESH", 60.0)
    cookie, other = cookie_of(garden, Guest(user=bob.pk)), cookie_of(garden, Guest(user=bob.pk, session=0))
    assert (seen_with(visitor, garden, cookie), seen_with(visitor, garden, other)) == (200, 403)
    members.leave(garden.project, by=bob)
    assert (seen_with(visitor, garden, cookie), seen_with(visitor, garden, other)) == (200, 403)
    monkeypatch.setattr(targets, "FRESH", 0.0)
    assert seen_with(visitor, garden, cookie) == 403
    Member.objects.create(project=garden.project, user=bob, role=Role.VIEWER)
    assert seen_with(visitor, garden, cookie) == 200


def test_what_is_remembered_is_bounded(visitor: Visitor, garden: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_MOST", 3)
    monkeypatch.setattr(targets, "_let", {})
    for number in range(10):
        targets._remember((garden.label, Guest(user=number)), is_let=True)
        assert len(targets._let) <= 3


def test_who_is_locked_out_or_deleted_sees_nothing(visitor: Visitor, garden: Sandbox, bob: User) -> None:
    cookie = cookie_of(garden, Guest(user=bob.pk))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert seen_with(visitor, garden, cookie) == 403
    User.objects.filter(pk=bob.pk).update(is_active=True)
    assert seen_with(visitor, garden, cookie) == 200
    bob.delete()
    assert seen_with(visitor, garden, cookie) == 403


def test_a_deleted_or_archived_project_is_gone(visitor: Visitor, garden: Sandbox) -> None:
    cookie = cookie_of(garden)
    projects.archive(garden.project, by=garden.project.owner)
    assert seen_with(visitor, garden, cookie) == 404
    projects.unarchive(garden.project, by=garden.project.owner)
    assert seen_with(visitor, garden, cookie) == 200
    lifecycle.remove(str(garden.pk))
    assert seen_with(visitor, garden, cookie) == 404


def test_signing_out_ends_what_that_session_opened(visitor: Visitor, garden: Sandbox, bob: User) -> None:
    bob.set_password("a good password")
    bob.save()
    browser = Client()
    assert browser.post("/accounts/login/", {"login": bob.email, "password": "a good password"}).status_code == 302
    led = urlsplit(browser.get(f"/previews/{garden.pk}/?to=/about/").headers["location"])
    assert parse_qs(led.query)["to"] == ["/about/"]
    given = cookies_of(visitor.stranger("GET", garden, f"{led.path}?{led.query}"))
    cookie = f"{cookies.PLAIN}={given[cookies.PLAIN]}"
    assert seen_with(visitor, garden, cookie) == 200
    browser.post("/accounts/logout/")
    assert seen_with(visitor, garden, cookie) == 403
    assert Member.objects.filter(user=bob).exists()


def test_a_session_that_ran_out_opens_nothing(visitor: Visitor, garden: Sandbox, bob: User) -> None:
    bob.set_password("a good password")
    bob.save()
    browser = Client()
    browser.post("/accounts/login/", {"login": bob.email, "password": "a good password"})
    number = sessions.number_of(str(browser.session.session_key))
    assert number is not None
    cookie = cookie_of(garden, Guest(user=bob.pk, session=number))
    assert seen_with(visitor, garden, cookie) == 200
    Session.objects.update(expire_date=timezone.now())
    assert seen_with(visitor, garden, cookie) == 403


def test_a_token_that_was_revoked_or_ran_out_ends_what_it_opened(visitor: Visitor, garden: Sandbox, bob: User) -> None:
    for end in ("revoke", "run out"):
        token, _ = tokens.create(user=bob, name="x", scopes=["read"])
        cookie = cookie_of(garden, Guest(user=bob.pk, token=token.pk))
        assert seen_with(visitor, garden, cookie) == 200
        if end == "revoke":
            tokens.revoke(token, by=bob)
        else:
            token.expires_at = timezone.now()
            token.save()
        assert seen_with(visitor, garden, cookie) == 403
    alien, _ = tokens.create(user=garden.project.owner, name="x", scopes=["read"])
    assert seen_with(visitor, garden, cookie_of(garden, Guest(user=bob.pk, token=alien.pk))) == 403


def test_the_check_asks_the_database_nothing_more(visitor: Visitor, garden: Sandbox, bob: User) -> None:
    token, _ = tokens.create(user=bob, name="x", scopes=["read"])
    counted = []
    for guest in (passes.ANYBODY, owner_of(garden), Guest(user=bob.pk, token=token.pk)):
        with CaptureQueriesContext(connection) as queries:
            assert targets._load(garden.label, guest) is not None
        counted.append(len(queries))
    assert len(set(counted)) == 1, counted
