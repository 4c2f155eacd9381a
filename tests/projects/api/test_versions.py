"""Versions over the API."""

import pytest

from projects.models import Version
from projects.services import checkpoints, files, versions
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks(people: People, program: Programs) -> Program:
    first = files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    checkpoints.create(first, "Works", by=people.owner)
    return program(people.editor)


def path(people: People, rest: str) -> str:
    return f"/projects/{people.project.pk}/{rest}"


def test_the_newest_comes_first_with_parents_and_labels(
    people: People, asks: Program, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(12):
        items = asks.get(path(people, "versions")).json()["items"]
    assert [(one["number"], one["parents"], one["labels"]) for one in items] == [(2, [1], []), (1, [], ["Works"])]
    assert (items[0]["author"], items[0]["message"]) == ("Owner", "Edit a.txt")
    assert "example.org" not in str(items)


def test_how_much_it_costs_does_not_depend_on_how_many(
    people: People, asks: Program, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    for number in range(10):
        files.save(people.main, "a.txt", f"{number}\n".encode(), by=people.owner)
    with django_assert_max_num_queries(12):
        asks.get(path(people, "versions"))


def test_of_a_branch_only_its_own(people: People, asks: Program) -> None:
    asks.post(path(people, "branches"), {"name": "old", "version": 1})
    assert [one["number"] for one in asks.get(path(people, "versions?branch=old")).json()["items"]] == [1]
    assert problem(asks.get(path(people, "versions?branch=none")))["code"] == "not_found"


def test_its_files_are_listed(people: People, asks: Program) -> None:
    [one] = asks.get(path(people, "versions/1/files")).json()["items"]
    assert (one["path"], one["size"], one["executable"]) == ("a.txt", 4, False)
    assert problem(asks.get(path(people, "versions/9/files")))["code"] == "not_found"


def test_two_are_compared(people: People, asks: Program) -> None:
    told = asks.get(path(people, "compare?before=1&after=2")).json()
    assert (told["files"][0]["path"], told["added"], told["removed"]) == ("a.txt", 1, 1)
    assert asks.get(path(people, "compare?before=0&after=2")).json()["files"][0]["status"] == "added"
    assert asks.get(path(people, "compare?before=-1&after=2")).status_code == 422


def test_restoring_says_which_head_was_seen(people: People, asks: Program) -> None:
    made = asks.post(path(people, "versions/1/restore"), {"head": 2})
    assert (made.status_code, made.json()["number"], made.json()["parents"]) == (201, 3, [2])
    assert made.json()["tree_hash"] == versions.find(people.project, 1).tree_hash
    told = problem(asks.post(path(people, "versions/2/restore"), {"head": 2}))
    assert (told["code"], told["status"]) == ("stale", 412)
    assert problem(asks.post(path(people, "versions/1/restore"), {"head": 3}))["code"] == "wrong_state"
    assert Version.objects.count() == 3
