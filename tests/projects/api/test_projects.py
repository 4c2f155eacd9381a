"""Projects over the API."""

from uuid import uuid4

import pytest

from projects.models import Member, Project
from projects.services import projects
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def test_one_lists_what_one_is_a_member_of(people: People, program: Programs) -> None:
    projects.create(name="Elsewhere", by=people.stranger)
    listed = program(people.viewer).get("/projects").json()
    assert [item["name"] for item in listed["items"]] == ["Night Garden"]
    assert (listed["items"][0]["owner"], listed["items"][0]["role"], listed["next"]) == ("owner", "viewer", None)


def test_pages_hold_every_project_once_while_others_are_made(people: People, program: Programs) -> None:
    names = {f"Number {number}" for number in range(7)} | {"Night Garden"}
    for number in range(7):
        projects.create(name=f"Number {number}", by=people.owner)
    asks = program(people.owner)
    found: list[str] = []
    path: str | None = "/projects?limit=3"
    while path:
        answer = asks.get(path)
        found += [item["name"] for item in answer.json()["items"]]
        projects.create(name="Meanwhile", by=people.owner)
        path = answer.headers["Link"].partition(">")[0][1:] if "Link" in answer.headers else None
    assert sorted(found) == sorted(names)


def test_making_one_says_where_it_is(people: People, program: Programs) -> None:
    asks = program(people.stranger)
    made = asks.post("/projects", {"name": "  A  Pond "})
    assert (made.status_code, made.json()["name"], made.json()["role"]) == (201, "A Pond", "owner")
    assert asks.get(made.headers["Location"]).json() == made.json()


def test_a_stranger_finds_nothing_there(people: People, program: Programs) -> None:
    asks = program(people.stranger)
    for path in (f"/projects/{people.project.pk}", f"/projects/{uuid4()}", "/projects/nothing"):
        assert problem(asks.get(path))["code"] == "not_found"


def test_the_owner_renames_and_archives_and_brings_back(people: People, program: Programs) -> None:
    asks, path = program(people.owner), f"/projects/{people.project.pk}"
    changed = asks.patch(path, {"name": "Day Garden", "archived": True}).json()
    assert (changed["name"], changed["archived"], changed["slug"]) == ("Day Garden", True, people.project.slug)
    assert asks.patch(path, {"archived": False}).json()["archived"] is False
    assert Project.objects.get(pk=people.project.pk).name == "Day Garden"


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_only_the_owner_changes_a_project(people: People, program: Programs, role: str) -> None:
    answer = program(people.by_role(role)).patch(f"/projects/{people.project.pk}", {"name": "Mine"})
    assert (answer.status_code, problem(answer)["code"]) == (403, "forbidden")
    assert Project.objects.get(pk=people.project.pk).name == "Night Garden"


def test_changing_one_takes_a_token_that_may_manage(people: People, program: Programs) -> None:
    answer = program(people.owner, "read", "write").patch(f"/projects/{people.project.pk}", {"name": "Mine"})
    assert problem(answer)["code"] == "scope_missing"
    assert 'scope="manage"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\0b", "\ud800", 5, None])
def test_a_name_that_is_none_is_refused_with_its_place(people: People, program: Programs, name: object) -> None:
    answer = program(people.owner).post("/projects", {"name": name})
    assert answer.status_code == 422
    assert problem(answer)["code"] == "invalid"
    assert Project.objects.count() == 1


def test_a_field_nobody_knows_is_refused(people: People, program: Programs) -> None:
    answer = program(people.owner).post("/projects", {"name": "A", "owner": "me"})
    assert problem(answer)["errors"] == [
        {"pointer": "/owner", "code": "extra_forbidden", "message": "Extra inputs are not permitted"}
    ]


# The earliest moment, in a zone where it is earlier still.
BEFORE_TIME = "WyIwMDAxLTAxLTAxIDAwOjAwOjAwKzE0OjAwIiwgIjViMWYwYTNlLTdjMjktNGE1My05ZDBlLTBmN2YwYTNjMWIyZCJd"


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzFd", "W251bGxd", "e30", "%00", "a" * 1001, "WyIyMDI2IiwiMiJd", BEFORE_TIME]
)
def test_a_cursor_of_another_list_is_refused(people: People, program: Programs, cursor: str) -> None:
    answer = program(people.owner).get(f"/projects?after={cursor}")
    assert answer.status_code in {400, 422}
    problem(answer)


def test_a_list_costs_the_same_however_long(people: People, program: Programs, django_assert_num_queries) -> None:
    asks = program(people.owner)
    asks.get("/projects")
    for number in range(20):
        made = projects.create(name=f"Number {number}", by=people.stranger)
        Member.objects.create(project=made, user=people.owner, role="viewer")
    with django_assert_num_queries(2):  # the token with its user, the rows with their owners and roles
        assert len(asks.get("/projects").json()["items"]) == 21


def test_the_owner_deletes_a_project_for_ever(people: People, program: Programs) -> None:
    path = f"/projects/{people.project.pk}"
    for role, status in (("editor", 403), ("stranger", 404), ("owner", 204)):
        assert program(people.by_role(role)).delete(path).status_code == status
    assert not Project.objects.exists()
    assert program(people.owner).get(path).status_code == 404


def test_an_archived_project_is_brought_back_and_not_renamed(people: People, program: Programs) -> None:
    asks, path = program(people.owner), f"/projects/{people.project.pk}"
    asks.patch(path, {"archived": True})
    assert problem(asks.patch(path, {"name": "Other"}))["code"] == "wrong_state"
    assert asks.patch(path, {"archived": False}).json()["archived"] is False
