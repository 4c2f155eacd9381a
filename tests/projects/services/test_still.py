"""Owners wait for a project's lock as everybody does: what they may is asked again when they have it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission

from projects import errors
from projects.models import AuditEntry, Event, Invitation, Member, Project, Remote, Secret, User
from projects.services import invitations, members, projects, remotes, secrets
from tests.people import People

URL = "https://git.example.org/mine.git"

Act = Callable[[People, User], object]


def of(people: People, role: str) -> Member:
    return Member.objects.get(project=people.project, user=people.by_role(role))


def waiting() -> Invitation:
    return Invitation.objects.get()


ACTS: dict[str, Act] = {
    "change_role": lambda people, by: members.change_role(of(people, "viewer"), role="editor", by=by),
    "remove": lambda people, by: members.remove(of(people, "viewer"), by=by),
    "transfer": lambda people, by: members.transfer(people.project, to=of(people, "viewer"), by=by),
    "invite": lambda people, by: invitations.invite(people.project, email="b@example.org", role="viewer", by=by),
    "resend": lambda people, by: invitations.resend(waiting(), by=by),
    "revoke": lambda people, by: invitations.revoke(waiting(), by=by),
    "rename": lambda people, by: projects.rename(people.project, name="Mine", by=by),
    "archive": lambda people, by: projects.archive(people.project, by=by),
    "unarchive": lambda people, by: projects.unarchive(people.project, by=by),
    "put_secret": lambda people, by: secrets.put(people.project, name="KEY", value="battery staple", by=by),
    "remove_secret": lambda people, by: secrets.remove(people.project, name="OLD_KEY", by=by),
    "add_remote": lambda people, by: remotes.add(people.project, name="mine", url=URL, by=by),
    "change_remote": lambda people, by: remotes.change(Remote.objects.get(), url=URL, by=by),
    "remove_remote": lambda people, by: remotes.remove(Remote.objects.get(), by=by),
    "delete": lambda people, by: projects.delete(people.project, by=by),
}
RIGHTS = {
    "change_role": "change_member",
    "remove": "change_member",
    "transfer": "change_project",
    "invite": "add_invitation",
    "resend": "add_invitation",
    "revoke": "delete_invitation",
    "put_secret": "change_secret",
    "remove_secret": "delete_secret",
    "add_remote": "change_remote",
    "change_remote": "change_remote",
    "remove_remote": "change_remote",
    "delete": "delete_project",
}


def handed_over(people: People) -> None:
    members.transfer(people.project, to=of(people, "editor"), by=people.owner)
    invitations.invite(people.project, email="a@example.org", role="viewer", by=people.editor)


def locked_out(people: People) -> None:
    invitations.invite(people.project, email="a@example.org", role="viewer", by=people.owner)
    User.objects.filter(pk=people.owner.pk).update(is_active=False)


def trace() -> tuple[object, ...]:
    rows = (AuditEntry, Event, Invitation, Secret, Remote)
    told = [list(Member.objects.order_by("pk").values()), list(Project.objects.values())]
    return (
        *told,
        *(model.objects.count() for model in rows),
        list(Invitation.objects.values()),
        list(Remote.objects.values()),
    )


@pytest.fixture(autouse=True)
def kept(people: People) -> None:
    """What there is to lose."""
    secrets.put(people.project, name="OLD_KEY", value="battery staple", by=people.owner)
    remotes.add(people.project, name="backup", url="https://git.example.org/a.git", by=people.owner)


@pytest.mark.parametrize("before", [handed_over, locked_out])
@pytest.mark.parametrize("act", ACTS)
def test_who_was_the_owner_when_the_door_asked_and_is_it_no_more(
    people: People, act: str, before: Callable[[People], None]
) -> None:
    before(people)
    there = trace()
    with pytest.raises(errors.NotAllowed):
        ACTS[act](people, people.owner)
    assert trace() == there


@pytest.mark.parametrize("act", ACTS)
def test_operators_are_in_no_project_and_do_what_the_admin_lets_them(people: People, act: str) -> None:
    invitations.invite(people.project, email="a@example.org", role="viewer", by=people.owner)
    there = trace()
    clerk = User.objects.create_user("clerk@example.org", is_staff=True)
    with pytest.raises(errors.NotAllowed):
        ACTS[act](people, clerk)
    assert trace() == there
    clerk.user_permissions.add(Permission.objects.get(codename=RIGHTS.get(act, "change_project")))
    clerk.is_staff = False
    clerk.save()
    with pytest.raises(errors.NotAllowed):
        ACTS[act](people, clerk)
    clerk.is_staff = True
    clerk.save()
    ACTS[act](people, clerk)


def test_nobody_is_handed_a_project_or_let_in_who_is_locked_out(people: People) -> None:
    User.objects.filter(pk__in=[people.editor.pk, people.stranger.pk]).update(is_active=False)
    there = trace()
    with pytest.raises(errors.Closed, match="Editor is locked out"):
        members.transfer(people.project, to=of(people, "editor"), by=people.owner)
    with pytest.raises(errors.NotAllowed):
        members.add(people.project, user=people.stranger, role="viewer", by=people.owner)
    assert trace() == there
