"""Change sets from before their branch's name was kept on them are given it once."""

from importlib import import_module

import pytest
from django.apps import apps

from projects.models import ChangeSet
from projects.services import branches, files
from tests.people import People

pytestmark = pytest.mark.django_db

migration = import_module("projects.migrations.0009_change_sets_outlive_branches")


def test_each_gets_the_name_of_its_branch(people: People):
    files.save(people.main, "a.txt", b"a", by=people.owner)
    idea = branches.create(people.project, "idea", by=people.owner)
    files.save(idea, "b.txt", b"b", by=people.owner)
    ChangeSet.objects.update(branch_name="")
    migration.name_branches(apps, None)
    assert list(ChangeSet.objects.order_by("created_at").values_list("branch_name", flat=True)) == ["main", "idea"]
