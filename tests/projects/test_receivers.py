"""Whatever ends somebody's right to be here, by whichever door: their open sockets close at once, and no others."""

from collections.abc import Callable

import pytest
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from projects.consumers import LiveFeed
from projects.models import User
from projects.services import accounts, sessions, tokens
from tests import people as people_of_tests
from tests.people import People
from tests.programs import Program
from tests.projects.feed import facts
from tests.projects.feed.sockets import ORIGIN, Socket
from tests.projects.views.test_sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

EDITOR = "editor@example.org"
NEW = "another fine word"
ADMIN = "/admin/projects/user"


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


def _staff() -> Client:
    User.objects.create_superuser("staff@example.org", "a good password", name="Staff")
    return signed_in("Staff/1", "staff@example.org")


def _locked_out_by_the_service(editor: User, client: Client) -> None:
    accounts.admit(editor, active=False, by=User.objects.create_superuser("staff@example.org"))


def _locked_out_in_the_admin(editor: User, client: Client) -> None:
    _staff().post(f"{ADMIN}/{editor.pk}/change/", {"email": EDITOR, "name": "Editor", "handle": "editor"})


def _locked_out_over_the_api(editor: User, client: Client) -> None:
    staff = User.objects.create_superuser("staff@example.org")
    _, secret = tokens.create(user=staff, name="x", scopes=["read", "manage"])
    assert Program(secret).patch(f"/users/{editor.pk}", {"active": False}).status_code == 200


def _signed_out(editor: User, client: Client) -> None:
    client.post("/accounts/logout/")


def _signed_out_over_the_api(editor: User, client: Client) -> None:
    assert client.post("/api/v2/auth/sign-out", content_type="application/json").status_code == 204


def _ended_from_elsewhere(editor: User, client: Client) -> None:
    sessions.end(editor, UserSession.objects.get(user=editor).pk, by=editor)


def _ended_in_the_admin(editor: User, client: Client) -> None:
    row = UserSession.objects.get(user=editor)
    _staff().post(f"/admin/usersessions/usersession/{row.pk}/delete/", {"post": "yes"})


def _changed_their_password(editor: User, client: Client) -> None:
    sent = {"oldpassword": "a good password", "password1": NEW, "password2": NEW}
    signed_in("There/2", EDITOR).post("/accounts/password/change/", sent)


def _was_given_a_password_in_the_admin(editor: User, client: Client) -> None:
    sent = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    _staff().post(f"{ADMIN}/{editor.pk}/password/", sent)


WAYS = [
    _locked_out_by_the_service,
    _locked_out_in_the_admin,
    _locked_out_over_the_api,
    _signed_out,
    _signed_out_over_the_api,
    _ended_from_elsewhere,
    _ended_in_the_admin,
    _changed_their_password,
    _was_given_a_password_in_the_admin,
]


async def page(people: People, client: Client) -> Socket:
    """Open, and in: not on the way in any more."""
    name = settings.SESSION_COOKIE_NAME
    headers = {"origin": ORIGIN, "cookie": f"{name}={client.cookies[name].value}"}
    socket = await Socket(f"/live/projects/{people.project.pk}/?after=0", headers).open()
    assert (await socket.frame())["seq"] == 1
    return socket


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
async def test_whoever_may_not_be_here_any_more_is_sent_away_at_once(
    people: People, monkeypatch: pytest.MonkeyPatch, way: Callable[[User, Client], None]
) -> None:
    monkeypatch.setattr(LiveFeed, "ask_seconds", 3600)
    await sync_to_async(facts.record)(people.project, 1)
    client = await sync_to_async(signed_in)("Here/1", EDITOR)
    theirs = await page(people, client)
    other = await page(people, await sync_to_async(signed_in)("Mine/1"))
    await sync_to_async(way)(people.editor, client)
    assert await theirs.code() == 4401
    await sync_to_async(facts.record)(people.project, 2)
    assert (await other.frame())["seq"] == 2
    await other.leave()
