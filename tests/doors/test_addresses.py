"""E-mail addresses are for their people and for whoever runs a project: on no page and in no answer for others.

What git fetches is packed and not looked into: a commit names who wrote it as git does.
"""

from collections.abc import Iterator

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse

from projects.models import User
from projects.services import checkpoints, versions
from tests.doors import table_history, table_jobs, world
from tests.doors.rows import OPEN, Row
from tests.doors.test_doors import ROWS, _ask
from tests.doors.world import World

MEMBERS = ("owner", "editor")


@pytest.fixture
def everything(db: None) -> World:
    """Members without a name who have done what can be done, and whose addresses are like nothing else."""
    there = world.make()
    for user in User.objects.exclude(pk=there.staff.pk):
        User.objects.filter(pk=user.pk).update(name="", email=f"hidden.{user.handle}@example.org")
    for role in MEMBERS:
        there.people.by_role(role).refresh_from_db()
    table_jobs.job(there)
    table_jobs.session(there)
    table_history.idea(there)
    checkpoints.create(versions.find(there.project, 1), "Works", by=there.people.editor)
    table_history.change(there)
    return there


def test_a_viewer_reads_nobodys_address(everything: World) -> None:
    assert found(everything, "viewer", {f"hidden.{role}" for role in MEMBERS}) == []


def test_an_editor_reads_nobodys_address(everything: World) -> None:
    assert found(everything, "editor", {"hidden.owner", "hidden.viewer"}) == []


def test_an_owner_reads_them_where_members_are(everything: World) -> None:
    told = found(everything, "owner", {"hidden.editor", "hidden.viewer"})
    assert told == ["GET p/<slug:owner>/<slug:project>/settings/members/"] * 2


def found(everything: World, person: str, hidden: set[str]) -> list[str]:
    """The doors behind which one of these is read."""
    told = []
    for row in readings(person):
        body = text_of(_ask(everything, person, row))
        told += [row.door for address in hidden if address in body]
    return told


def readings(person: str) -> Iterator[Row]:
    for row in ROWS:
        if row.method == "GET" and row.who[person] == OPEN:
            yield row


def text_of(answer: HttpResponseBase) -> str:
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer.streaming_content).decode(errors="replace")  # type: ignore[arg-type]  # not an async one
    return bytes(getattr(answer, "content", b"")).decode(errors="replace")
