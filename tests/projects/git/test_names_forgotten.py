"""What forks took over before they kept the bytes behind a name is forgotten once, and git asks anew."""

from importlib import import_module

import pytest
from django.apps import apps

from projects import errors
from projects.git import naming, repository
from projects.models import Parentage, Project, Version
from projects.services import branches, files, forking
from tests.people import People

pytestmark = pytest.mark.django_db

migration = import_module("projects.migrations.0007_names_that_are_not_git_s")


@pytest.fixture
def project(people: People) -> Project:
    """Named; the second of its three versions on `main` was pushed, the third has a number that is not its place."""
    files.save(people.main, "a.txt", b"one", by=people.owner)
    files.save(people.main, "a.txt", b"two", by=people.owner)
    side = branches.create(people.project, "side", by=people.owner)
    files.save(side, "side.txt", b"", by=people.owner)
    files.save(people.main, "b/c.sh", b"three", by=people.owner, executable=True)
    named = list(naming.versions(people.project, after=0, upto=4))
    Version.objects.filter(pk=named[1].id).update(raw_commit=named[1].commit)
    return people.project


def names(project: Project) -> list[str | None]:
    return list(project.versions.order_by("number").values_list("commit_oid", flat=True))


def test_names_that_are_right_stay(project: Project):
    before = names(project)
    migration.forget(apps, None)
    assert names(project) == before
    assert None not in before


def test_a_name_without_its_bytes_is_forgotten_with_all_that_came_of_it(people: People, project: Project):
    copy = forking.fork(project, by=people.viewer)
    files.save(copy.branches.get(), "mine", b"", by=people.viewer)
    right = names(copy)[:2]
    list(naming.versions(copy, after=0, upto=4))
    copy.versions.exclude(number=2).update(raw_commit=None)  # as it was before
    with pytest.raises(errors.Corrupt):
        repository.ready(copy)
    migration.forget(apps, None)
    assert names(copy) == [*right, None, None]
    assert None not in names(project)
    assert len(repository.ready(copy).refs) == 1


def test_a_pushed_commit_without_its_parents_is_forgotten_with_its_bytes(people: People, project: Project):
    copy = forking.fork(project, by=people.viewer, version=2)
    Parentage.objects.filter(version__project=copy).delete()
    copy.versions.get(number=1).delete()
    migration.forget(apps, None)
    assert list(copy.versions.values_list("commit_oid", "raw_commit")) == [(None, None)]
