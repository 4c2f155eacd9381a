"""Many at once, on a database in a file, each in a thread of its own."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from projects import feed
from projects.enums import AuthorKind
from projects.models import Event, Version
from projects.services import changesets, files
from tests import people as people_of_tests

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 8


def together(work: Callable[[int], None]) -> None:
    """Run it in all threads at once; what any of them raises fails the test."""
    failures: list[BaseException] = []
    start = threading.Barrier(WORKERS)

    def run(number: int) -> None:
        try:
            start.wait(30)
            work(number)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)


def test_change_sets_applied_at_once_lose_nothing():
    people = people_of_tests.gather()
    lines = [f"{number}\n" for number in range(WORKERS * 4)]
    files.save(people.main, "shared.txt", "".join(lines).encode(), by=people.owner)
    opened = [changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner) for _ in range(WORKERS)]

    def apply(number: int) -> None:
        mine = lines.copy()
        mine[number * 4] = f"changed by {number}\n"
        changesets.stage(opened[number], "shared.txt", "".join(mine).encode())
        changesets.stage(opened[number], f"own/{number}.txt", b"own")
        changesets.apply(opened[number], by=people.owner, message=f"{number}")

    together(apply)
    tree = files.manifest(people.main)
    shared = files.read(tree, "shared.txt").decode().splitlines()
    assert [shared[number * 4] for number in range(WORKERS)] == [f"changed by {number}" for number in range(WORKERS)]
    assert sorted(tree) == sorted([*(f"own/{number}.txt" for number in range(WORKERS)), "shared.txt"])
    assert sorted(row.path for row in people.project.files.all()) == sorted(tree)
    numbers = Version.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, WORKERS + 2))


def test_one_change_set_applied_by_many_makes_one_version():
    people = people_of_tests.gather()
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    changesets.stage(changeset, "a.txt", b"a")

    def apply(_: int) -> None:
        changesets.apply(changeset, by=people.owner, message="once")

    together(apply)
    assert Version.objects.count() == 1
    assert Event.objects.filter(kind="changeset_applied").count() == 1


def test_events_are_numbered_without_gaps_even_if_some_are_rolled_back():
    people = people_of_tests.gather()
    payload = {"changeset": "x", "branch": "main", "title": "", "author_kind": "user"}

    def record(number: int) -> None:
        for turn in range(10):
            with transaction.atomic():
                feed.record(people.project, "changeset_opened", payload)
                if (number + turn) % 3 == 0:
                    transaction.set_rollback(True)

    together(record)
    kept = sum((number + turn) % 3 != 0 for number in range(WORKERS) for turn in range(10))
    events = Event.objects.filter(project=people.project).order_by("pk")
    assert [event.seq for event in events] == list(range(1, kept + 1))
    people.project.refresh_from_db()
    assert people.project.last_seq == kept
