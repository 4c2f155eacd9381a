"""The accounts of an installation over the API."""

import pytest

from projects.models import User
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(people: People, program: Programs) -> Program:
    return program(User.objects.create_user("staff@example.org", "x", name="Staff", is_staff=True))


@pytest.mark.parametrize("role", ["owner", "stranger"])
def test_accounts_are_for_staff(people: People, program: Programs, role: str) -> None:
    asks = program(people.by_role(role))
    for answer in (asks.get("/users"), asks.get(f"/users/{people.owner.pk}"), asks.get("/users/0")):
        assert problem(answer)["code"] == "forbidden"


def test_staff_lists_and_finds_them(people: People, staff: Program) -> None:
    assert len(staff.get("/users").json()["items"]) == 5
    assert [item["name"] for item in staff.get("/users?text=EDI").json()["items"]] == ["Editor"]
    assert staff.get("/users?limit=2").json()["next"]


def test_what_is_not_there_is_not_found(staff: Program) -> None:
    for pk in (0, 2**63, 10**40):
        assert staff.get(f"/users/{pk}").status_code == 404


def test_nobody_locks_themselves_out(staff: Program) -> None:
    me = staff.get("/me").json()["id"]
    answer = staff.patch(f"/users/{me}", {"active": False})
    assert (answer.status_code, problem(answer)["code"]) == (409, "wrong_state")


def test_a_list_costs_the_same_however_long(staff: Program, django_assert_num_queries) -> None:
    staff.get("/users")
    User.objects.bulk_create(User(email=f"{number}@example.org") for number in range(30))
    with django_assert_num_queries(2):
        assert len(staff.get("/users").json()["items"]) == 35
