"""Acts are remembered with who did them, as they were called then."""

import pytest

from projects import origins
from projects.models import AuditEntry
from projects.models.people import Unchangeable
from projects.services import audit
from tests.people import gather

pytestmark = pytest.mark.django_db


def test_an_entry_names_who_did_what_to_which_project() -> None:
    people = gather()
    with origins.entered("session", "::1"):
        entry = audit.write("project_archived", by=people.owner, project=people.project)
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


def test_nothing_of_ours_changes_or_deletes_an_entry() -> None:
    people = gather()
    entry = audit.write("project_archived", by=people.owner, project=people.project)
    entry.act = "nothing_happened"
    entries = AuditEntry.objects.filter(pk=entry.pk)
    for attempt in (entry.save, entry.delete, entries.delete, lambda: entries.update(act="x")):
        with pytest.raises(Unchangeable):
            attempt()
    assert AuditEntry.objects.get().act == "project_archived"
