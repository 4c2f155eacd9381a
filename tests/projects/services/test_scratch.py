"""A scratch change set keeps the rules of a real one, and leaves no trace."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.enums import AuthorKind
from projects.errors import BadPath, MissingFile, Refusal, TooLarge
from projects.models import Change, ChangeSet
from projects.services import changesets, scratch
from projects.services.applying import MOST_FILE
from projects.services.scratch import Scratch
from projects.store import trees
from tests.people import People

pytestmark = pytest.mark.django_db

# What is staged one after the other, in both: what one refuses the other refuses, in the same words.
STEPS: list[tuple[str, bytes | None]] = [
    ("a.txt", b"one\n"),
    ("a.txt", b"two\n"),
    ("src/deep/b.txt", b""),
    ("src", b"a folder by now"),
    ("A.txt", b"other case"),
    ("../out", b""),
    ("nowhere.txt", None),
    ("base.txt", b"changed"),
    ("gone.txt", None),
    ("a.txt", None),
    ("a.txt/b", b"a folder where a file was"),
    ("big", b"x" * (MOST_FILE + 1)),
]


@pytest.fixture
def changeset(people: People) -> ChangeSet:
    """Over a first version with two files."""
    first = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    for path in ("base.txt", "gone.txt"):
        changesets.stage(first, path, path.encode())
    changesets.apply(first, by=people.owner, message="First")
    return changesets.open(branch=people.main, author_kind=AuthorKind.AGENT)


def refusal(stage, path: str, content: bytes | None) -> tuple[type[Refusal], str] | None:
    try:
        stage(path, content)
    except Refusal as refused:
        return type(refused), str(refused)
    return None


def test_it_takes_and_refuses_what_a_real_one_does(changeset: ChangeSet):
    mine = Scratch(scratch.base_of(changeset))
    said = []
    for path, content in STEPS:
        real = refusal(lambda path, content: changesets.stage(changeset, path, content), path, content)
        assert refusal(mine.stage, path, content) == real, path
        assert mine.manifest() == changesets.working_manifest(changeset) == scratch.staged(changeset), path
        said.append(real)
    assert [one[0] for one in said if one] == [BadPath, BadPath, BadPath, MissingFile, TooLarge]
    assert mine.read("base.txt") == b"changed"


def test_what_is_not_staged_is_read_from_the_base(changeset: ChangeSet):
    mine = Scratch(scratch.base_of(changeset))
    assert mine.read("gone.txt") == b"gone.txt"
    mine.stage("run.sh", b"#!/bin/sh\n", executable=True)
    assert mine.manifest()["run.sh"] == trees.Entry(mine.manifest()["run.sh"].sha256, 10, True)
    mine.stage("run.sh", None)
    mine.stage("gone.txt", b"anew")
    assert mine.read("gone.txt") == b"anew"
    assert sorted(mine.manifest()) == ["base.txt", "gone.txt"]


def test_it_writes_no_row(changeset: ChangeSet):
    mine = Scratch(scratch.base_of(changeset))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        mine.stage("new.txt", b"new")
        mine.stage("base.txt", None)
        mine.read("new.txt")
    assert [query["sql"] for query in seen if not query["sql"].startswith("SELECT")] == []


def test_without_a_change_set_there_is_nothing(db: None):
    assert (scratch.base_of(None), scratch.staged(None)) == ({}, {})


def test_what_was_turned_down_was_staged_all_the_same(changeset: ChangeSet):
    changesets.stage(changeset, "a.txt", b"one\n")
    Change.objects.filter(path="a.txt").update(decision="rejected")
    assert "a.txt" in scratch.staged(changeset)
    assert "a.txt" not in changesets.working_manifest(changeset)
