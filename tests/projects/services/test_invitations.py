"""Invitations: a link in a letter, good once and for a week."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from projects import errors
from projects.models import AuditEntry, Event, Invitation, Member, User
from projects.services import invitations, members, projects
from tests.people import People

NOWHERE = "tests.projects.services.test_invitations.NoServer"


class NoServer:
    """A back end of Django's whose server is not there."""

    def __init__(self, **_: object) -> None:
        pass

    def send_messages(self, _: object) -> int:
        raise ConnectionRefusedError


def invite(people: People, email: str = "new@example.org", role: str = "editor") -> invitations.Offer:
    return invitations.invite(people.project, email=email, role=role, by=people.owner)


def secret_of(offer: invitations.Offer) -> str:
    return offer.link.rstrip("/").rpartition("/")[2]


def test_a_letter_with_the_link_is_sent_and_the_secret_is_kept_nowhere(people: People):
    offer = invite(people, " New@Example.org ")
    letter = mail.outbox[0]
    assert letter.to == ["new@example.org"]
    assert letter.subject == "Owner asks you into “Night Garden”"
    assert offer.link in letter.body
    assert offer.sent
    kept = f"{Invitation.objects.values().get()} {AuditEntry.objects.values()} {Event.objects.values()}"
    assert secret_of(offer) not in kept
    assert not Event.objects.exists()


def test_a_name_of_several_lines_makes_no_header(people: People):
    people.owner.name = "A\nBcc: all@example.org"
    people.owner.save()
    invite(people)
    assert "\n" not in mail.outbox[0].subject


def test_whoever_opens_it_joins_whatever_their_address(people: People):
    offer = invite(people)
    member = invitations.accept(secret_of(offer), by=people.stranger)
    assert (member.user, member.role) == (people.stranger, "editor")
    invitation = Invitation.objects.get()
    assert (invitation.accepted_by, invitation.accepted_at is not None) == (people.stranger, True)
    assert [event.kind for event in Event.objects.all()] == ["member_joined"]


def test_a_link_works_once(people: People):
    offer = invite(people)
    invitations.accept(secret_of(offer), by=people.stranger)
    Member.objects.filter(user=people.stranger).delete()
    with pytest.raises(errors.Missing):
        invitations.accept(secret_of(offer), by=people.stranger)


def test_somebody_who_is_in_does_not_use_it_up(people: People):
    offer = invite(people)
    with pytest.raises(errors.Closed):
        invitations.accept(secret_of(offer), by=people.viewer)
    assert Member.objects.get(user=people.viewer).role == "viewer"
    assert invitations.open_with(secret_of(offer)) == offer.invitation


def test_a_link_ends_after_a_week_or_when_it_is_withdrawn(people: People):
    late, withdrawn = invite(people, "late@example.org"), invite(people, "other@example.org")
    Invitation.objects.filter(pk=late.invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    invitations.revoke(withdrawn.invitation, by=people.owner)
    for offer in (late, withdrawn):
        assert invitations.open_with(secret_of(offer)) is None
        with pytest.raises(errors.Missing):
            invitations.accept(secret_of(offer), by=people.stranger)
    with pytest.raises(errors.Missing):
        invitations.revoke(withdrawn.invitation, by=people.owner)


def test_sent_anew_the_old_link_ends(people: People):
    first = invite(people)
    second = invitations.resend(first.invitation, by=people.owner)
    assert invitations.open_with(secret_of(first)) is None
    assert invitations.open_with(secret_of(second)) == first.invitation
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("secret", ["", "x", "é", "a\0b", "'; --", "x" * 10_000])
def test_no_other_secret_opens_anything(people: People, secret: str):
    invite(people)
    assert invitations.open_with(secret) is None


@pytest.mark.parametrize("email", ["", "x", "a@b", "a@example.org\nBcc: x@example.org", "a" * 250 + "@example.org"])
def test_what_is_no_address_is_refused(people: People, email: str):
    with pytest.raises(errors.BadEmail):
        invite(people, email)
    assert (Invitation.objects.count(), len(mail.outbox)) == (0, 0)


def test_nobody_is_invited_twice_or_to_own_or_who_is_in(people: People):
    invite(people)
    for email, role, refusal in (
        ("NEW@example.org", "viewer", errors.Closed),
        ("viewer@example.org", "editor", errors.Closed),
        ("other@example.org", "owner", errors.BadRole),
    ):
        with pytest.raises(refusal):
            invite(people, email, role)
    assert Invitation.objects.count() == 1


def test_an_archived_project_takes_nobody(people: People):
    offer = invite(people)
    projects.archive(people.project, by=people.owner)
    for attempt in (
        lambda: invite(people, "other@example.org"),
        lambda: invitations.resend(offer.invitation, by=people.owner),
        lambda: invitations.accept(secret_of(offer), by=people.stranger),
    ):
        with pytest.raises(errors.Closed):
            attempt()
    assert not Member.objects.filter(user=people.stranger).exists()


def member(people: People, role: str) -> Member:
    return Member.objects.get(project=people.project, user=people.by_role(role))


def handed_over(people: People) -> None:
    members.transfer(people.project, to=member(people, "editor"), by=people.owner)


def handed_over_and_removed(people: People) -> None:
    handed_over(people)
    members.remove(member(people, "owner"), by=people.editor)


def handed_over_and_left(people: People) -> None:
    handed_over(people)
    members.leave(people.project, by=people.owner)


@pytest.mark.parametrize("way", [handed_over, handed_over_and_removed, handed_over_and_left])
def test_nobody_comes_back_by_a_link_of_their_own(people: People, way: Callable[[People], None]):
    offer, taken = invite(people), invite(people, "taken@example.org")
    invitations.accept(secret_of(taken), by=people.stranger)
    way(people)
    assert invitations.open_with(secret_of(offer)) is None
    guest = User.objects.create_user("guest@example.org")
    for somebody in (people.owner, guest):
        with pytest.raises(errors.Missing):
            invitations.accept(secret_of(offer), by=somebody)
    assert [invitation.accepted_by for invitation in Invitation.objects.all()] == [people.stranger]
    assert AuditEntry.objects.filter(act="invitation_revoked", target_ref=offer.invitation.pk).count() == 1


def written_before_anybody_looked(people: People) -> None:
    """As rows are that were made when nothing was withdrawn yet."""
    Invitation.objects.update(created_by=people.editor)


def locked_out(people: People) -> None:
    User.objects.filter(pk=people.owner.pk).update(is_active=False)


def deleted(people: People) -> None:
    Invitation.objects.update(created_by=None)


@pytest.mark.parametrize("way", [written_before_anybody_looked, locked_out, deleted])
def test_a_link_works_while_its_sender_may_ask_people_in(people: People, way: Callable[[People], None]):
    offer = invite(people)
    way(people)
    assert invitations.open_with(secret_of(offer)) is None
    with pytest.raises(errors.Missing):
        invitations.accept(secret_of(offer), by=people.stranger)
    assert not Member.objects.filter(user=people.stranger).exists()


def test_sent_anew_it_is_the_invitation_of_whoever_sent_it(people: People):
    offer = invite(people)
    written_before_anybody_looked(people)
    again = invitations.resend(offer.invitation, by=people.owner)
    assert Invitation.objects.get().created_by == people.owner
    assert invitations.accept(secret_of(again), by=people.stranger)


def test_letters_are_counted_by_whoever_has_them_sent(people: People):
    offer = invite(people)
    for _ in range(invitations.MOST_LETTERS - 1):
        invitations.resend(offer.invitation, by=people.owner)
    for attempt in (
        lambda: invitations.resend(offer.invitation, by=people.owner),
        lambda: invite(people, "b@example.org"),
    ):
        with pytest.raises(errors.TooOften):
            attempt()
    assert len(mail.outbox) == invitations.MOST_LETTERS


@override_settings(MAIL_URL="")
def test_where_no_letters_are_sent_none_is_said_to_be_and_the_link_is_written_nowhere(people: People):
    offer = invite(people)
    assert (offer.sent, mail.outbox) == (False, [])
    assert not invitations.resend(offer.invitation, by=people.owner).sent


@override_settings(EMAIL_BACKEND=NOWHERE)
def test_without_a_server_of_letters_the_link_is_there_all_the_same(people: People):
    offer = invite(people)
    assert not offer.sent
    assert invitations.accept(secret_of(offer), by=people.stranger)
