import pytest
from django.db.models import RestrictedError

from projects import errors
from projects.enums import Role
from projects.models import AuditEntry, ChangeSet, Event, Member, Project, Version
from projects.services import files, projects
from tests.people import People


def test_a_new_project_has_its_owner_and_an_empty_main(people: People):
    project = projects.create(name="  Tide   clock ", by=people.stranger, template="static")
    assert (project.name, project.slug, project.template) == ("Tide clock", "tide-clock", "static")
    assert [(member.user, member.role) for member in project.members.all()] == [(people.stranger, Role.OWNER)]
    assert [(branch.name, branch.head) for branch in project.branches.all()] == [("main", None)]


def test_the_owner_gets_a_name_for_addresses(people: People):
    assert people.stranger.handle is None
    projects.create(name="x", by=people.stranger)
    people.stranger.refresh_from_db()
    assert people.stranger.handle == "stranger"


def test_equal_names_get_different_addresses_per_owner(people: People):
    mine = [projects.create(name="Notes", by=people.owner).slug for _ in range(3)]
    theirs = projects.create(name="Notes", by=people.editor).slug
    assert (mine, theirs) == (["notes", "notes-2", "notes-3"], "notes")


def test_long_names_get_different_addresses_too(people: People):
    slugs = {projects.create(name="n" * 120, by=people.owner).slug for _ in range(3)}
    assert len(slugs) == 3
    assert all(len(slug) <= 60 for slug in slugs)


def test_a_name_without_letters_still_gets_an_address(people: People):
    assert projects.create(name="☆☆☆", by=people.owner).slug == "project"


@pytest.mark.parametrize("name", ["", "   ", "n" * 121])
def test_it_refuses_a_bad_name_without_a_trace(people: People, name: str):
    count = Project.objects.count()
    with pytest.raises(errors.BadName):
        projects.create(name=name, by=people.owner)
    with pytest.raises(errors.BadName):
        projects.rename(people.project, name=name, by=people.owner)
    people.project.refresh_from_db()
    assert (Project.objects.count(), people.project.name) == (count, "Night Garden")


def test_renaming_keeps_the_address(people: People):
    projects.rename(people.project, name="Day Garden", by=people.owner)
    people.project.refresh_from_db()
    assert (people.project.name, people.project.slug) == ("Day Garden", "night-garden")


def test_an_archived_project_can_come_back(people: People):
    projects.archive(people.project, by=people.owner)
    first = Project.objects.get(pk=people.project.pk).archived_at
    projects.archive(people.project, by=people.owner)
    assert Project.objects.get(pk=people.project.pk).archived_at == first is not None
    projects.unarchive(people.project, by=people.owner)
    assert Project.objects.get(pk=people.project.pk).archived_at is None


def test_a_project_can_be_deleted_with_all_its_history(people: People):
    """Heads and bases keep their versions; they must not keep a whole project alive."""
    for text in (b"one\n", b"two\n"):
        files.save(people.main, "a.txt", text, by=people.owner)
    with pytest.raises(RestrictedError):
        Version.objects.filter(number=2).delete()
    people.project.delete()
    assert not any(model.objects.exists() for model in (Project, Version, ChangeSet, Event))


def test_deleting_leaves_nothing_but_the_audit(people: People):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    gone = projects.delete(people.project, by=people.owner)
    assert gone == (people.project.pk, "Night Garden")
    assert not any(model.objects.exists() for model in (Project, Version, ChangeSet, Event, Member))
    entry = AuditEntry.objects.get(act="project_deleted")
    assert (entry.project_ref, entry.detail["owner"]) == (gone.id, "owner@example.org")
    with pytest.raises(errors.Missing):
        projects.delete(people.project, by=people.owner)


def test_naming_and_putting_away_is_told_and_audited(people: People):
    projects.rename(people.project, name="Day Garden", by=people.owner)
    projects.rename(people.project, name="Day Garden", by=people.owner)
    projects.archive(people.project, by=people.owner)
    projects.archive(people.project, by=people.owner)
    projects.unarchive(people.project, by=people.owner)
    kinds = ["project_renamed", "project_archived", "project_restored"]
    assert list(Event.objects.order_by("seq").values_list("kind", flat=True)) == kinds
    assert list(AuditEntry.objects.order_by("pk").values_list("act", flat=True)) == kinds
    assert Event.objects.get(seq=1).payload == {"name": "Day Garden", "before": "Night Garden"}


def test_an_archived_project_keeps_its_name(people: People):
    projects.archive(people.project, by=people.owner)
    with pytest.raises(errors.Closed):
        projects.rename(people.project, name="Day Garden", by=people.owner)
    assert Project.objects.get().name == "Night Garden"
