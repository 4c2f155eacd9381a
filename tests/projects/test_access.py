import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from projects import access
from projects.enums import Ability
from projects.models import Project, User
from projects.services import projects
from tests.people import People

MATRIX: dict[str, dict[Ability, type[Exception] | None]] = {
    "owner": {Ability.VIEW: None, Ability.EDIT: None, Ability.OWN: None},
    "editor": {Ability.VIEW: None, Ability.EDIT: None, Ability.OWN: PermissionDenied},
    "viewer": {Ability.VIEW: None, Ability.EDIT: PermissionDenied, Ability.OWN: PermissionDenied},
    "stranger": dict.fromkeys(Ability, Http404),
}
CASES = [(role, ability, refusal) for role, row in MATRIX.items() for ability, refusal in row.items()]


def outcome(find: Any, *arguments: Any) -> Any:
    try:
        return find(*arguments)
    except (Http404, PermissionDenied) as refusal:
        return type(refusal)


@pytest.mark.parametrize("ability", [Ability.VIEW, Ability.EDIT, Ability.OWN])
def test_whoever_is_locked_out_may_nothing_also_for_who_read_them_before(people: People, ability: Ability):
    User.objects.filter(pk=people.owner.pk).update(is_active=False)
    assert people.owner.is_active
    assert outcome(access.get_project, people.owner, "owner", "night-garden", ability) == Http404
    assert not access.can(people.owner, people.project, ability)


@pytest.mark.parametrize(("role", "ability", "refusal"), CASES)
def test_each_role_may_do_what_it_may(people: People, role: str, ability: Ability, refusal: type | None):
    user, project = people.by_role(role), people.project
    expected = refusal or project
    assert outcome(access.get_project, user, "owner", "night-garden", ability) == expected
    assert outcome(access.get_project_by_id, user, project.pk, ability) == expected
    assert outcome(access.get_project_by_id, user, str(project.pk), ability) == expected
    assert access.can(user, project, ability) == (refusal is None)


@pytest.mark.parametrize("ability", Ability)
def test_who_is_not_signed_in_or_shut_out_sees_nothing(people: People, ability: Ability):
    people.owner.is_active = False
    for user in (AnonymousUser(), people.owner):
        assert outcome(access.get_project, user, "owner", "night-garden", ability) is Http404
        assert not access.can(user, people.project, ability)


def test_a_superuser_sees_no_more_than_a_member(people: People):
    people.stranger.is_superuser = True
    people.stranger.save(update_fields=["is_superuser"])
    assert outcome(access.get_project, people.stranger, "owner", "night-garden", Ability.VIEW) is Http404


@pytest.mark.parametrize("project_id", [uuid.uuid4(), "nonsense", ""])
def test_an_unknown_project_is_not_found(people: People, project_id: Any):
    assert outcome(access.get_project_by_id, people.owner, project_id, Ability.VIEW) is Http404
    assert outcome(access.get_project, people.owner, "owner", "other", Ability.VIEW) is Http404
    assert outcome(access.get_project, people.owner, "other", "night-garden", Ability.VIEW) is Http404


def test_an_archived_project_can_be_seen_but_not_changed(people: People):
    projects.archive(people.project, by=people.owner)
    found = Project.objects.get(pk=people.project.pk)
    assert outcome(access.get_project_by_id, people.editor, found.pk, Ability.VIEW) == found
    assert outcome(access.get_project_by_id, people.editor, found.pk, Ability.EDIT) is PermissionDenied
    assert outcome(access.get_project_by_id, people.owner, found.pk, Ability.OWN) is PermissionDenied
    assert outcome(access.get_project_by_id, people.editor, found.pk, Ability.KEEP) is PermissionDenied
    assert outcome(access.get_project_by_id, people.owner, found.pk, Ability.KEEP) == found


def test_the_owner_comes_with_the_project(people: People, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = access.get_project(people.viewer, "owner", "night-garden", Ability.VIEW)
        assert found.owner == people.owner
