"""Settings → Members, as the owner and as the others see it."""

import pytest
from django.test import Client, override_settings

from projects.models import AuditEntry, Invitation, Member
from projects.services import invitations, projects
from tests.people import People
from tests.projects.services.test_invitations import NOWHERE

PAGE = "/p/owner/night-garden/settings/members/"


@pytest.fixture
def owner(people: People, client: Client) -> Client:
    for user in (people.editor, people.viewer):
        user.handle = user.name.lower()
        user.save()
    client.force_login(people.owner)
    return client


def test_the_link_is_on_the_answer_and_nowhere_else(owner: Client) -> None:
    answer = owner.post(PAGE, {"email": "new@example.org", "role": "viewer"})
    assert b"/join/" in answer.content
    assert "no-store" in answer["Cache-Control"]
    page = owner.get(PAGE)
    assert (b"new@example.org" in page.content, b"/join/" in page.content) == (True, False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, b"A letter with it is on its way."),
        ({"MAIL_URL": ""}, b"This installation sends no letters: pass the link on yourself."),
        ({"EMAIL_BACKEND": NOWHERE}, b"The letter could not be sent: pass the link on yourself."),
    ],
)
def test_whether_a_letter_was_sent_is_said_and_the_link_is_there(
    owner: Client, changed: dict[str, str], said: bytes
) -> None:
    with override_settings(**changed):
        made = owner.post(PAGE, {"email": "new@example.org", "role": "viewer"}).content
        again = owner.post(f"/p/owner/night-garden/settings/invitations/{Invitation.objects.get().pk}/resend/").content
    for page in (made, again):
        assert (said in page, page.count(b"on its way"), b"/join/" in page) == (True, int(not changed), True)


def test_what_cannot_be_is_said_at_the_field(owner: Client) -> None:
    for email in ("nobody", "viewer@example.org"):
        answer = owner.post(PAGE, {"email": email, "role": "viewer"})
        assert (answer.status_code, b'class="faults"' in answer.content) == (422, True)
    assert not Invitation.objects.exists()


def test_a_role_changes_somebody_goes_and_an_invitation_is_withdrawn(people: People, owner: Client) -> None:
    owner.post(f"{PAGE}viewer/role/", {"role": "editor"})
    assert Member.objects.get(user=people.viewer).role == "editor"
    owner.post(f"{PAGE}viewer/role/", {"role": "owner"})
    assert Member.objects.get(user=people.viewer).role == "editor"
    owner.post(f"{PAGE}viewer/remove/")
    assert not Member.objects.filter(user=people.viewer).exists()
    offer = invitations.invite(people.project, email="new@example.org", role="viewer", by=people.owner)
    path = f"/p/owner/night-garden/settings/invitations/{offer.invitation.pk}/"
    assert b"/join/" in owner.post(f"{path}resend/").content
    owner.post(f"{path}revoke/")
    assert not Invitation.objects.exists()
    assert owner.post(f"{path}resend/").status_code == 302


def test_others_see_who_is_in_but_neither_addresses_nor_forms(people: People, client: Client) -> None:
    client.force_login(people.viewer)
    page = client.get(PAGE)
    assert b"Editor" in page.content
    assert b"editor@example.org" not in page.content
    assert b"Invite" not in page.content


def test_somebody_leaves_and_the_owner_does_not(people: People, client: Client) -> None:
    client.force_login(people.viewer)
    assert client.post(f"{PAGE}leave/")["Location"] == "/projects/"
    client.force_login(people.owner)
    assert client.post(f"{PAGE}leave/")["Location"] == PAGE
    assert Member.objects.count() == 2


def test_in_an_archived_project_nobody_is_asked_in(people: People, owner: Client) -> None:
    projects.archive(people.project, by=people.owner)
    page = owner.get(PAGE)
    assert (page.status_code, b"Invite somebody" in page.content) == (200, False)
    assert owner.post(PAGE, {"email": "new@example.org", "role": "viewer"}).status_code == 403
    assert owner.post(f"{PAGE}viewer/remove/").status_code == 302
    assert not Member.objects.filter(user=people.viewer).exists()


def test_the_audit_knows_the_door_and_the_address(owner: Client) -> None:
    owner.post(f"{PAGE}viewer/remove/", headers={"x-forwarded-for": "6.6.6.6"})
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.door, entry.address) == ("member_removed", "session", "127.0.0.1")
