"""Branches over the API."""

import pytest

from projects.models import Branch, ChangeSet
from projects.services import branches, files
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks(people: People, program: Programs) -> Program:
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    return program(people.editor)


def path(people: People, rest: str) -> str:
    return f"/projects/{people.project.pk}/{rest}"


def test_one_is_begun_worked_on_merged_and_deleted(people: People, asks: Program) -> None:
    made = asks.post(path(people, "branches"), {"name": "big/idea"})
    assert (made.status_code, made.json()["head"], made.json()["ahead"]) == (201, 1, 0)
    files.save(branches.find(people.project, "big/idea"), "b.txt", b"b\n", by=people.editor)
    assert asks.get(path(people, "branches/big/idea")).json()["ahead"] == 1
    preview = asks.get(path(people, "merges?source=big/idea")).json()
    assert [one["path"] for one in preview["files"]] == ["b.txt"]
    assert asks.post(path(people, "merges"), {"source": "big/idea", "head": 1, "source_head": 2}).json()["number"] == 2
    assert (
        problem(asks.post(path(people, "merges"), {"source": "big/idea", "head": 2, "source_head": 2}))["code"]
        == "wrong_state"
    )
    assert asks.delete(path(people, "branches/big/idea?head=2")).status_code == 204
    assert [one["name"] for one in asks.get(path(people, "branches")).json()["items"]] == ["main"]


def test_main_cannot_be_deleted(people: People, asks: Program) -> None:
    assert problem(asks.delete(path(people, "branches/main?head=1")))["code"] == "wrong_state"
    assert Branch.objects.filter(name="main").exists()


@pytest.mark.parametrize("name", ["main", "a b", "-x", "a..b", "", "x" * 121])
def test_a_bad_name_is_refused(people: People, asks: Program, name: str) -> None:
    assert asks.post(path(people, "branches"), {"name": name}).status_code == 422


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "one"}])
def test_a_conflict_is_told_and_left_to_be_resolved(people: People, asks: Program, key: dict[str, str]) -> None:
    idea = branches.create(people.project, "idea", by=people.editor)
    files.save(idea, "a.txt", b"mine\n", by=people.editor)
    files.save(people.main, "a.txt", b"theirs\n", by=people.owner)
    told = problem(asks.post(path(people, "merges"), {"source": "idea", "head": 3, "source_head": 2}, **key))
    assert (told["code"], told["paths"]) == ("conflict", ["a.txt"])
    assert ChangeSet.objects.filter(state="open", merges__isnull=False).count() == 1


def test_one_merges_into_and_deletes_what_one_saw(people: People, asks: Program) -> None:
    idea = branches.create(people.project, "idea", by=people.editor)
    files.save(idea, "b.txt", b"b\n", by=people.editor)
    for told in (
        asks.post(path(people, "merges"), {"source": "idea", "head": 2, "source_head": 2}),
        asks.post(path(people, "merges"), {"source": "idea", "head": 1, "source_head": 1}),
        asks.delete(path(people, "branches/idea?head=1")),
    ):
        assert (told.status_code, problem(told)["code"]) == (412, "stale")
    assert asks.post(path(people, "merges"), {"source": "idea", "head": 1}).status_code == 422
    assert asks.post(path(people, "merges"), {"source": "idea", "source_head": 2}).status_code == 422
    assert asks.delete(path(people, "branches/idea")).status_code == 422
    assert Branch.objects.filter(name="idea").exists()
