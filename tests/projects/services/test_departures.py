"""Accounts that are deleted: nothing of theirs holds them back but a project they own."""

import pytest

from projects import errors
from projects.models import AuditEntry, Event, Invitation, Member, Project, User
from projects.services import departures, files, invitations, members, projects, tokens
from tests.people import People


@pytest.fixture
def operator(people: People) -> User:
    return User.objects.create_superuser("staff@example.org", "x", name="Staff")


def test_somebody_goes_with_their_memberships_and_what_they_wrote_stays(people: People, operator: User) -> None:
    saved = files.save(people.main, "a.txt", b"a", by=people.editor)
    tokens.create(user=people.editor, name="x", scopes=["read"])
    departures.delete(people.editor, by=operator)
    assert not User.objects.filter(email="editor@example.org").exists()
    assert sorted(member.user.name for member in members.of_project(people.project)) == ["Owner", "Viewer"]
    saved.refresh_from_db()
    assert saved.author_line == "Editor <editor@example.org>"
    acts = list(AuditEntry.objects.filter(actor=operator).order_by("id").values_list("act", "target_line"))
    assert acts == [("member_removed", "Editor as editor"), ("user_deleted", "Editor")]
    last = Event.objects.filter(project=people.project).latest("seq")
    assert (last.kind, last.payload["name"], last.payload["removed"]) == ("member_left", "Editor", True)


def test_whoever_owns_a_project_stays_until_it_is_somebody_elses(people: People, operator: User) -> None:
    other = projects.create(name="Pond", by=people.stranger)
    members.add(other, user=people.owner, role="viewer", by=people.stranger)
    before = AuditEntry.objects.count()
    with pytest.raises(errors.Closed, match="Owner owns Night Garden, and no project is without its owner"):
        departures.delete(people.owner, by=operator)
    assert Member.objects.filter(user=people.owner).count() == 2
    assert AuditEntry.objects.count() == before
    invitations.invite(people.project, email="new@example.org", role="viewer", by=people.owner)
    members.transfer_to(people.project, user=people.stranger, by=operator)
    departures.delete(people.owner, by=operator)
    assert not Member.objects.filter(user=people.owner.pk).exists()
    assert not Invitation.objects.exists()


def test_of_many_projects_some_are_named(people: People, operator: User) -> None:
    for name in ("A", "B", "C", "D"):
        projects.create(name=name, by=people.stranger)
    with pytest.raises(errors.Closed, match="Stranger owns A, B, C and more,"):
        departures.delete(people.stranger, by=operator)
    assert Project.objects.filter(owner=people.stranger).count() == 4


def test_nobody_deletes_themselves_or_above_them_or_twice(people: People, operator: User) -> None:
    with pytest.raises(errors.Closed):
        departures.delete(operator, by=operator)
    with pytest.raises(errors.NotAllowed):
        departures.delete(operator, by=people.stranger)
    gone = User.objects.get(pk=people.stranger.pk)
    departures.delete(people.stranger, by=operator)
    with pytest.raises(errors.Missing):
        departures.delete(gone, by=operator)
    assert AuditEntry.objects.filter(act="user_deleted").count() == 1
