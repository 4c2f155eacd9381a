"""Every list of a project, with few rows and with many: the database is asked the same number of times."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.enums import Role
from projects.models import Member, Remote, User
from projects.services import branches, changesets, checkpoints, files, invitations, secrets, tokens
from projects.services.staging import Content
from tests.people import People
from tests.programs import Program, Programs

Make = Callable[[People, int], object]


def _version(people: People, number: int) -> None:
    files.save(people.main, "a.txt", f"{number}\n".encode(), by=people.owner)


def _branch(people: People, number: int) -> None:
    branches.create(people.project, f"branch-{number}", by=people.owner)


def _checkpoint(people: People, number: int) -> None:
    version = people.project.versions.order_by("number").first()
    assert version is not None
    checkpoints.create(version, f"label {number}", by=people.owner)


def _diff(people: People, number: int) -> None:
    changes = [(f"{number}.txt", Content(b"new\n", False))]
    changesets.propose(people.main, changes, by=people.owner, title=f"change {number}")


def _member(people: People, number: int) -> None:
    somebody = User.objects.create_user(f"member-{number}@example.org", name=f"Member {number}")
    Member.objects.create(project=people.project, user=somebody, role=Role.VIEWER)


def _invitation(people: People, number: int) -> None:
    invitations.invite(people.project, email=f"guest-{number}@example.org", role="viewer", by=people.owner)


def _token(people: People, number: int) -> None:
    tokens.create(user=people.owner, name=f"token {number}", scopes=["read"])


def _secret(people: People, number: int) -> None:
    secrets.put(people.project, name=f"SECRET_{number}", value="a long value", by=people.owner)


def _remote(people: People, number: int) -> None:
    Remote.objects.create(project=people.project, name=f"remote-{number}", url="https://git.example/a.git")


# How often the database is asked: the token with its user, the membership, and what the list needs.
LISTS: dict[str, tuple[Make, int]] = {
    "versions": (_version, 5),
    "branches": (_branch, 4),
    "checkpoints": (_checkpoint, 3),
    "diffs": (_diff, 3),
    "members": (_member, 3),
    "invitations": (_invitation, 3),
    "secrets": (_secret, 3),
    "remotes": (_remote, 3),
    "/tokens": (_token, 2),
}


@pytest.mark.parametrize(("name", "make", "pinned"), [(name, *rest) for name, rest in LISTS.items()], ids=LISTS)
def test_a_list_costs_the_same_however_long(
    people: People, program: Programs, name: str, make: Make, pinned: int
) -> None:
    _version(people, 0)
    asks = program(people.owner)
    path = name if name.startswith("/") else f"/projects/{people.project.pk}/{name}"
    asks.get(path)  # whatever is looked up once per process
    make(people, 1)
    few, found = _cost(asks, path)
    for number in range(2, 13):
        make(people, number)
    many, found_then = _cost(asks, path)
    assert found_then == found + 11
    assert (few, many) == (pinned, pinned)


def _cost(asks: Program, path: str) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as seen:
        answer = asks.get(path)
    assert answer.status_code == 200
    return len(seen.captured_queries), len(answer.json()["items"])
