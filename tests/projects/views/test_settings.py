"""Settings → General."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from projects.models import Member, Project
from projects.services import members, projects, review
from tests.people import People

PAGE = "/p/owner/night-garden/settings/"
PASSWORD = {"password": "a good password"}


@pytest.fixture
def owner(people: People, client: Client) -> Client:
    """Signed in by password, and asked for it once more just now."""
    people.editor.handle = "editor"
    people.editor.save()
    client.post("/accounts/login/", {"login": "owner@example.org", **PASSWORD})
    client.post("/accounts/reauthenticate/", PASSWORD)
    return client


def test_a_project_is_renamed_archived_and_restored(owner: Client) -> None:
    owner.post(PAGE, {"name": "Day Garden"})
    assert Project.objects.get().name == "Day Garden"
    owner.post(f"{PAGE}archive/")
    assert Project.objects.get().archived_at is not None
    assert b"Restore" in owner.get(PAGE).content
    assert owner.post(PAGE, {"name": "x"}).status_code == 403
    owner.post(f"{PAGE}restore/")
    assert Project.objects.get().archived_at is None
    assert owner.post(PAGE, {"name": " "}).status_code == 422


def test_others_are_led_to_the_members(people: People, client: Client) -> None:
    client.force_login(people.editor)
    assert client.get(PAGE)["Location"] == f"{PAGE}members/"


def test_deleting_wants_its_name(owner: Client) -> None:
    assert owner.post(f"{PAGE}delete/", {"confirm": "Night"}).status_code == 422
    assert Project.objects.exists()
    assert owner.post(f"{PAGE}delete/", {"confirm": "Night Garden"})["Location"] == "/projects/"
    assert not Project.objects.exists()


def test_a_project_is_handed_on_and_its_address_with_it(people: People, owner: Client) -> None:
    body = {"to": "editor", "confirm": "Night Garden"}
    assert owner.post(f"{PAGE}transfer/", {**body, "confirm": ""}).status_code == 422
    assert owner.post(f"{PAGE}transfer/", {**body, "to": "stranger"}).status_code == 422
    assert owner.post(f"{PAGE}transfer/", body)["Location"] == "/p/editor/night-garden/"
    assert Project.objects.get().owner == people.editor
    assert owner.get(PAGE).status_code == 404


@pytest.mark.parametrize(("act", "body"), [("delete", {}), ("transfer", {"to": "editor"})])
def test_what_cannot_be_undone_asks_for_the_password_again(
    people: People, client: Client, act: str, body: dict[str, str]
) -> None:
    people.editor.handle = "editor"
    people.editor.save()
    client.force_login(people.owner)
    first = client.post(f"{PAGE}{act}/", {"confirm": "Night Garden", **body})
    assert first["Location"].startswith("/accounts/reauthenticate/")
    assert Project.objects.get().owner == people.owner
    # With the password it goes on where it was stopped.
    client.post(first["Location"], {**PASSWORD, "next": f"{PAGE}{act}/"})
    assert not Project.objects.filter(owner=people.owner).exists()


def test_an_archived_project_can_be_deleted(people: People, owner: Client) -> None:
    projects.archive(people.project, by=people.owner)
    owner.post(f"{PAGE}delete/", {"confirm": "Night Garden"})
    assert not Project.objects.exists()


def test_djinn_waits_until_somebody_looked(people: People, owner: Client) -> None:
    assert not review.is_wanted(people.project)
    owner.post(f"{PAGE}review/", {"wanted": "on"})
    assert review.is_wanted(Project.objects.get())
    owner.post(f"{PAGE}review/")
    assert not review.is_wanted(Project.objects.get())


def handing_over(people: People) -> Callable[..., Any]:
    """Hands the project over as soon as the door has asked who is in it, as somebody else's request may."""
    done: list[bool] = []

    def wrapper(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        answer = execute(sql, *more)
        if not done and 'FROM "projects_member"' in sql:
            done.append(True)
            heir = Member.objects.get(project=people.project, user=people.editor)
            members.transfer(people.project, to=heir, by=people.owner)
        return answer

    return wrapper


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_who_loses_a_project_between_the_door_and_the_lock_is_told_so(people: People, owner: Client, verb: str) -> None:
    with connection.execute_wrapper(handing_over(people)):
        answer = owner.post(f"{PAGE}{verb}/")
    assert (answer.status_code, "not do this in this project any more" in answer.content.decode()) == (403, True)
    people.project.refresh_from_db()
    assert (people.project.owner, people.project.archived_at) == (people.editor, None)
