"""The accounts of an installation over the API."""

import pytest
from django.contrib.auth.models import Permission

from projects.models import User
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db


def somebody(*rights: str, is_staff: bool = True) -> User:
    user = User.objects.create_user("staff@example.org", "x", name="Staff", is_staff=is_staff)
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return user


@pytest.fixture
def staff(people: People, program: Programs) -> Program:
    return program(somebody("change_user"))


@pytest.mark.parametrize("role", ["owner", "stranger"])
def test_accounts_are_for_staff(people: People, program: Programs, role: str) -> None:
    asks = program(people.by_role(role))
    for answer in (asks.get("/users"), asks.get(f"/users/{people.owner.pk}"), asks.get("/users/0")):
        assert problem(answer)["code"] == "forbidden"


def may(asks: Program, user: User) -> tuple[int, ...]:
    """How listing, reading and locking out end."""
    path = f"/users/{user.pk}"
    return tuple(
        answer.status_code for answer in (asks.get("/users"), asks.get(path), asks.patch(path, {"active": False}))
    )


@pytest.mark.parametrize(
    ("rights", "is_staff", "met"),
    [
        ((), True, (403, 403, 403)),
        (("view_user",), True, (200, 200, 403)),
        (("change_user",), True, (200, 200, 200)),
        (("change_user",), False, (403, 403, 403)),
    ],
)
def test_staff_may_here_what_it_may_in_the_admin(
    people: People, program: Programs, rights: tuple[str, ...], is_staff: bool, met: tuple[int, ...]
) -> None:
    assert may(program(somebody(*rights, is_staff=is_staff)), people.stranger) == met
    people.stranger.refresh_from_db()
    assert people.stranger.is_active == (met[-1] != 200)


def test_a_superuser_is_locked_out_by_a_superuser_alone(people: People, staff: Program, program: Programs) -> None:
    root = User.objects.create_superuser("root@example.org", "x")
    assert problem(staff.patch(f"/users/{root.pk}", {"active": False}))["code"] == "forbidden"
    other = program(User.objects.create_superuser("other@example.org", "x"))
    assert other.patch(f"/users/{root.pk}", {"active": False}).json()["is_active"] is False


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
    with django_assert_num_queries(4):  # the token, two for what its owner may, the list
        assert len(staff.get("/users").json()["items"]) == 35
