"""Members over the API."""

from projects.models import Member, Project
from projects.services import projects
from tests.people import People
from tests.programs import Programs, problem


def at(people: People, rest: str = "members") -> str:
    return f"/projects/{people.project.pk}/{rest}"


def test_members_are_listed_without_their_addresses(people: People, program: Programs) -> None:
    listed = program(people.viewer, "read").get(at(people))
    assert [item["role"] for item in listed.json()["items"]] == ["owner", "editor", "viewer"]
    assert b"@" not in listed.content


def test_a_role_is_changed_and_somebody_removed(people: People, program: Programs) -> None:
    asks = program(people.owner)
    Member.objects.get(user=people.viewer)
    people.viewer.handle = "viewer"
    people.viewer.save()
    assert asks.patch(at(people, "members/viewer"), {"role": "editor"}).json()["role"] == "editor"
    assert problem(asks.patch(at(people, "members/viewer"), {"role": "owner"}))["code"] == "invalid"
    assert asks.delete(at(people, "members/viewer")).status_code == 204
    assert problem(asks.delete(at(people, "members/viewer")))["code"] == "not_found"


def test_whoever_is_in_leaves_by_their_own_handle_but_not_the_owner(people: People, program: Programs) -> None:
    people.editor.handle = "editor"
    people.editor.save()
    assert program(people.editor).delete(at(people, "members/editor")).status_code == 204
    assert problem(program(people.owner).delete(at(people, "members/owner")))["code"] == "wrong_state"
    assert set(Member.objects.values_list("user__email", flat=True)) == {"owner@example.org", "viewer@example.org"}


def test_an_archived_project_can_be_handed_on_but_nobody_changed(people: People, program: Programs) -> None:
    for user, handle in ((people.editor, "editor"), (people.viewer, "viewer")):
        user.handle = handle
        user.save()
    projects.archive(people.project, by=people.owner)
    asks = program(people.owner)
    assert problem(asks.patch(at(people, "members/viewer"), {"role": "editor"}))["code"] == "forbidden"
    assert asks.post(at(people, "transfer"), {"to": "editor"}).json() | {"joined_at": ""} == {
        "handle": "editor", "name": "Editor", "role": "owner", "joined_at": "",
    }  # fmt: skip
    assert Project.objects.get().owner == people.editor
    assert problem(asks.post(at(people, "transfer"), {"to": "viewer"}))["code"] == "forbidden"


def test_changing_asks_for_the_scope_manage(people: People, program: Programs) -> None:
    asks = program(people.owner, "read", "write")
    assert problem(asks.post(at(people, "transfer"), {"to": "editor"}))["code"] == "scope_missing"
    assert Project.objects.get().owner == people.owner
