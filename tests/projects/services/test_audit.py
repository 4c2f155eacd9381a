"""Acts are remembered with who did them, as they were called then."""

import pytest

from projects.models import AuditEntry
from projects.services import audit
from tests.people import gather

pytestmark = pytest.mark.django_db


def test_an_entry_names_who_did_what_to_which_project() -> None:
    people = gather()
    entry = audit.write("project_archived", by=people.owner, project=people.project, door="session", address="::1")
    assert (entry.actor, entry.actor_line) == (people.owner, "owner@example.org")
    assert (entry.target_kind, entry.target_ref) == ("project", str(people.project.pk))
    assert (entry.target_line, entry.project_ref) == ("Night Garden", people.project.pk)
    assert (entry.door, entry.address) == ("session", "::1")


def test_it_outlives_the_person_and_the_project() -> None:
    people = gather()
    audit.write("project_archived", by=people.stranger, project=people.project)
    people.project.delete()
    people.stranger.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_line, entry.target_line) == (None, "stranger@example.org", "Night Garden")
