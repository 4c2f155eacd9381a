"""What operators do with projects: through the services, and into the audit."""

import zlib

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from projects.models import AuditEntry, Blob, Member, Project, User
from projects.services import files, projects
from tests.people import People
from tests.projects.admin.conftest import BACKEND

LIST = "/admin/projects/project/"


def act(operator: Client, action: str, *chosen: Project, **more: str) -> str:
    sent = {"action": action, "_selected_action": [str(project.pk) for project in chosen], **more}
    return operator.post(LIST, sent, follow=True).content.decode()


def acts() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("act", "actor_line", "door"))


def test_projects_are_archived_and_restored(people: People, operator: Client) -> None:
    other = projects.create(name="Pond", by=people.stranger)
    assert "Done for 2." in act(operator, "archive", people.project, other)
    assert "There was nothing to do." in act(operator, "archive", people.project)
    assert Project.objects.filter(archived_at=None).count() == 0
    assert "Done for 1." in act(operator, "restore", people.project)
    assert [project.name for project in Project.objects.filter(archived_at=None)] == ["Night Garden"]
    assert acts() == [
        ("project_archived", "staff@example.org", "admin"),
        ("project_archived", "staff@example.org", "admin"),
        ("project_restored", "staff@example.org", "admin"),
    ]


def test_a_transfer_asks_to_whom_and_changes_nothing_yet(people: People, operator: Client) -> None:
    page = act(operator, "transfer", people.project)
    assert "E-mail address of the new owner" in page
    assert "Night Garden (owner@example.org)" in page
    for email, said in (
        ("nobody@example.org", "Nobody with this address"),
        ("no address", "Enter a valid email"),
        ("", "required"),
    ):
        assert said in act(operator, "transfer", people.project, email=email)
    people.project.refresh_from_db()
    assert people.project.owner == people.owner
    assert acts() == []


@pytest.mark.parametrize("heir", ["editor", "stranger"])
def test_a_transfer_makes_it_theirs(people: People, operator: Client, heir: str) -> None:
    user = people.by_role(heir)
    assert f"Night Garden is {user.email}&#x27;s now." in act(operator, "transfer", people.project, email=user.email)
    people.project.refresh_from_db()
    assert people.project.owner == user
    assert Member.objects.get(project=people.project, user=user).role == "owner"
    assert Member.objects.get(project=people.project, user=people.owner).role == "editor"
    assert acts()[-1] == ("project_transferred", "staff@example.org", "admin")


def test_what_cannot_be_handed_over_is_said_and_leaves_no_trace(people: People, operator: Client) -> None:
    before = AuditEntry.objects.count()
    assert "It is theirs already" in act(operator, "transfer", people.project, email="owner@example.org")
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("heir", ["editor", "stranger"])
def test_an_archived_project_is_handed_over_and_stays_archived(people: People, operator: Client, heir: str) -> None:
    projects.archive(people.project, by=people.owner)
    user = people.by_role(heir)
    assert f"Night Garden is {user.email}&#x27;s now." in act(operator, "transfer", people.project, email=user.email)
    people.project.refresh_from_db()
    assert (people.project.owner, people.project.archived_at is None) == (user, False)
    assert Member.objects.get(project=people.project, user=user).role == "owner"


def test_what_is_stored_is_verified(people: People, operator: Client) -> None:
    files.save(people.main, "index.html", b"<h1>Hello</h1>", by=people.owner)
    assert "Night Garden: everything is there and as it was written." in act(operator, "verify", people.project)
    Blob.objects.update(content=zlib.compress(b"something else"))
    said = act(operator, "verify", people.project)
    assert "everything is there" not in said
    assert Blob.objects.get().sha256[:12] in said


def test_only_so_many_are_verified_at_once(people: People, operator: Client) -> None:
    more = [projects.create(name=f"Pond {number}", by=people.owner) for number in range(10)]
    assert "Only 10 are read at once" in act(operator, "verify", people.project, *more)


def test_who_may_only_look_can_do_nothing(people: People) -> None:
    looker = User.objects.create_user("looker@example.org", "a good password", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_project"))
    client = Client()
    client.force_login(looker, backend=BACKEND)
    assert client.get(LIST).status_code == 200
    act(client, "archive", people.project)
    act(client, "transfer", people.project, email="stranger@example.org")
    people.project.refresh_from_db()
    assert (people.project.archived_at, people.project.owner) == (None, people.owner)


def test_no_field_of_a_project_is_filled_in_here(people: People, operator: Client) -> None:
    assert operator.post(f"{LIST}{people.project.pk}/change/", {"name": "Mine"}).status_code == 403
    assert operator.post(f"{LIST}{people.project.pk}/delete/", {"post": "yes"}).status_code == 403
