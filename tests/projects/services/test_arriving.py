"""Commits that become versions; what git has to do with it is tested in tests/projects/git."""

from pathlib import Path

import pytest

from projects.errors import BadHistory
from projects.git import quarantine, repository
from projects.models import Version
from projects.services import arriving, files, projects, writing
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(people: People) -> Path:
    """The repository of a project with two versions."""
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "run.sh", b"#!/bin/sh\n", by=people.editor, executable=True)
    return repository.ready(people.project).folder


def heads(people: People) -> list[str]:
    return list(repository.ready(people.project).refs.values())


def test_what_is_known_does_not_arrive_again(people: People, folder: Path):
    arrived = arriving.take_in(folder, heads(people), project=people.project)
    assert (arrived.arrivals, arrived.contents) == ([], {})
    writing.lock(people.project.pk)
    assert set(arriving.add(people.project, arrived).values()) == set(Version.objects.values_list("pk", flat=True))


def test_elsewhere_each_commit_becomes_a_version_once(people: People, folder: Path):
    other = projects.create(name="Other", by=people.stranger)
    arrived = arriving.take_in(folder, heads(people))
    writing.lock(other.pk)
    ids = arriving.add(other, arrived)
    assert arriving.add(other, arrived) == ids
    made = Version.objects.filter(project=other).order_by("number")
    before = Version.objects.filter(project=people.project).order_by("number")
    assert [(v.number, v.commit_oid, v.tree_hash) for v in made] == [
        (v.number, v.commit_oid, v.tree_hash) for v in before
    ]
    assert [list(v.parents.values_list("number", flat=True)) for v in made] == [[], [1]]


def test_a_tip_that_is_not_there_is_refused(people: People, folder: Path):
    with quarantine.opened(beside=folder) as place, pytest.raises(BadHistory, match="is missing"):
        arriving.take_in(place, ["a" * 40], project=people.project)
    assert list(place.parent.iterdir()) == []
