"""Members, their roles, and whose a project is."""

import pytest

from projects import errors
from projects.enums import Role
from projects.models import AuditEntry, Event, Member, Project, User
from projects.services import members, projects
from tests.people import People


def roles(people: People) -> dict[str, str]:
    rows = Member.objects.filter(project=people.project).select_related("user")
    return {str(row.user.name).lower(): row.role for row in rows}


def member(people: People, role: str) -> Member:
    return Member.objects.get(project=people.project, user=people.by_role(role))


def told(people: People) -> list[tuple[str, dict[str, object]]]:
    return [(event.kind, event.payload) for event in Event.objects.filter(project=people.project).order_by("seq")]


def test_the_owner_stands_first_and_the_others_as_they_came(people: People):
    members.add(people.project, user=people.stranger, role="viewer", by=people.owner)
    names = [row.user.name for row in members.of_project(people.project)]
    assert names == ["Owner", "Editor", "Viewer", "Stranger"]


def test_somebody_joins_and_everybody_hears_of_it(people: People):
    members.add(people.project, user=people.stranger, role="viewer", by=people.owner)
    assert roles(people)["stranger"] == "viewer"
    assert told(people) == [("member_joined", {"handle": "stranger", "name": "Stranger", "role": "viewer"})]
    assert AuditEntry.objects.get().act == "member_joined"


@pytest.mark.parametrize("role", ["owner", "", "king"])
def test_nobody_is_given_a_role_that_cannot_be_given(people: People, role: str):
    with pytest.raises(errors.BadRole):
        members.add(people.project, user=people.stranger, role=role, by=people.owner)
    with pytest.raises(errors.BadRole):
        members.change_role(member(people, "viewer"), role=role, by=people.owner)
    assert roles(people) == {"owner": "owner", "editor": "editor", "viewer": "viewer"}
    assert told(people) == []


def test_whoever_is_in_stays_what_they_are(people: People):
    with pytest.raises(errors.Closed):
        members.add(people.project, user=people.editor, role="viewer", by=people.owner)
    assert roles(people)["editor"] == "editor"


def test_a_role_changes_once(people: People):
    for _ in range(2):
        members.change_role(member(people, "viewer"), role="editor", by=people.owner)
    payload = {"handle": "viewer", "name": "Viewer", "role": "editor", "before": "viewer"}
    members_handle = Member.objects.get(user=people.viewer).user.handle or ""
    assert told(people) == [("member_changed", payload | {"handle": members_handle})]


def test_the_owner_is_neither_changed_nor_removed_and_does_not_leave(people: People):
    owner = member(people, "owner")
    with pytest.raises(errors.Closed):
        members.change_role(owner, role="viewer", by=people.owner)
    with pytest.raises(errors.Closed):
        members.remove(owner, by=people.owner)
    with pytest.raises(errors.Closed):
        members.leave(people.project, by=people.owner)
    assert roles(people)["owner"] == "owner"
    assert told(people) == []


def test_somebody_is_removed_and_somebody_leaves(people: People):
    members.remove(member(people, "viewer"), by=people.owner)
    members.leave(people.project, by=people.editor)
    assert roles(people) == {"owner": "owner"}
    assert [(kind, payload["removed"]) for kind, payload in told(people)] == [
        ("member_left", True),
        ("member_left", False),
    ]
    assert set(AuditEntry.objects.values_list("act", flat=True)) == {"member_removed", "member_left"}
    with pytest.raises(errors.Missing):
        members.leave(people.project, by=people.editor)


def test_a_transfer_moves_the_project_and_its_rows_in_step(people: People):
    moved = members.transfer(people.project, to=member(people, "editor"), by=people.owner)
    project = Project.objects.get()
    assert (moved.owner, project.owner, project.slug) == (people.editor, people.editor, "night-garden")
    assert roles(people) == {"owner": "editor", "editor": "owner", "viewer": "viewer"}
    ((kind, payload),) = told(people)
    assert (kind, payload["owner_name"], payload["slug"]) == ("project_transferred", "Editor", "night-garden")


def test_an_address_that_the_heir_has_already_gets_a_number(people: People):
    projects.create(name="Night Garden", by=people.editor)
    members.transfer(people.project, to=member(people, "editor"), by=people.owner)
    assert Project.objects.get(pk=people.project.pk).slug == "night-garden-2"
    assert told(people)[0][1]["slug"] == "night-garden-2"


def test_a_project_is_handed_to_a_member_alone(people: People):
    gone = member(people, "viewer")
    members.remove(gone, by=people.owner)
    with pytest.raises(errors.Missing):
        members.transfer(people.project, to=gone, by=people.owner)
    with pytest.raises(errors.Closed):
        members.transfer(people.project, to=member(people, "owner"), by=people.owner)
    elsewhere = projects.create(name="Other", by=people.stranger)
    with pytest.raises(errors.Missing):
        members.transfer(people.project, to=elsewhere.members.get(), by=people.owner)
    assert Project.objects.get(pk=people.project.pk).owner == people.owner


def test_operators_hand_a_project_to_whom_they_like(people: People):
    staff = User.objects.create_superuser("staff@example.org", name="Staff")
    with pytest.raises(errors.NotAllowed):
        members.transfer_to(people.project, user=people.stranger, by=people.editor)
    assert roles(people) == {"owner": "owner", "editor": "editor", "viewer": "viewer"}
    projects.create(name="Night Garden", by=people.stranger)
    moved = members.transfer_to(people.project, user=people.stranger, by=staff)
    assert (moved.owner, moved.slug) == (people.stranger, "night-garden-2")
    assert roles(people) == {"owner": "editor", "editor": "editor", "viewer": "viewer", "stranger": "owner"}
    assert [kind for kind, _ in told(people)] == ["member_joined", "project_transferred"]
    with pytest.raises(errors.Closed):
        members.transfer_to(people.project, user=people.stranger, by=staff)


def test_in_an_archived_project_people_can_only_go(people: People):
    projects.archive(people.project, by=people.owner)
    with pytest.raises(errors.Closed):
        members.add(people.project, user=people.stranger, role="viewer", by=people.owner)
    with pytest.raises(errors.Closed):
        members.change_role(member(people, "viewer"), role="editor", by=people.owner)
    members.remove(member(people, "viewer"), by=people.owner)
    members.transfer(people.project, to=member(people, "editor"), by=people.owner)
    assert roles(people) == {"owner": "editor", "editor": "owner"}


def test_no_event_holds_an_address(people: People):
    people.stranger.name = ""
    people.stranger.save()
    joined = members.add(people.project, user=people.stranger, role=Role.VIEWER, by=people.owner)
    members.remove(joined, by=people.owner)
    assert "@" not in str(told(people))
