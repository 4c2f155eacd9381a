"""Settings → General."""

import pytest
from django.test import Client

from projects.models import Project
from projects.services import projects, review
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
