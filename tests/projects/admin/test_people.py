"""Members, invitations, tokens and accounts: what operators change goes through the services, into the audit."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client

from projects.models import ApiToken, AuditEntry, Invitation, Member, User
from projects.services import invitations, tokens
from tests.people import People
from tests.projects.admin.conftest import BACKEND
from tests.projects.services.test_factors import activate
from tests.projects.views.test_sessions import signed_in


def act(operator: Client, name: str, action: str, *rows: Model, **more: str) -> str:
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return operator.post(f"/admin/projects/{name}/", sent, follow=True).content.decode()


def acts() -> set[str]:
    return set(AuditEntry.objects.filter(door="admin").values_list("act", flat=True))


def member(user: User) -> Member:
    return Member.objects.get(user=user)


def test_roles_are_changed_and_the_owners_is_not(people: People, operator: Client) -> None:
    said = act(operator, "member", "make_viewers", member(people.editor), member(people.owner))
    assert "Done for 1." in said
    assert "handed on by a transfer" in said
    assert (member(people.editor).role, member(people.owner).role) == ("viewer", "owner")
    act(operator, "member", "make_editors", member(people.viewer))
    assert member(people.viewer).role == "editor"
    assert acts() == {"member_changed"}


def test_members_are_removed(people: People, operator: Client) -> None:
    act(operator, "member", "remove", member(people.editor), member(people.owner))
    assert not Member.objects.filter(user=people.editor).exists()
    assert Member.objects.filter(user=people.owner).exists()
    assert acts() == {"member_removed"}


def test_an_invitation_is_withdrawn_once(people: People, operator: Client) -> None:
    invitations.invite(people.project, email="new@example.org", role="viewer", by=people.owner)
    [invitation] = Invitation.objects.all()
    assert "Done for 1." in act(operator, "invitation", "withdraw", invitation)
    assert not Invitation.objects.exists()
    assert acts() == {"invitation_revoked"}


def test_a_token_is_taken_away(people: People, operator: Client) -> None:
    one, _ = tokens.create(user=people.editor, name="one", scopes=["read"])
    two, _ = tokens.create(user=people.editor, name="two", scopes=["read"])
    operator.post(f"/admin/projects/apitoken/{one.pk}/delete/", {"post": "yes"})
    act(operator, "apitoken", "delete_selected", two, post="yes")
    assert not ApiToken.objects.exists()


def test_a_changed_account_is_told_by_fields_and_not_by_what_is_in_them(people: People, operator: Client) -> None:
    sent = {
        "email": "editor@example.org",
        "name": "Edith",
        "handle": people.editor.handle or "edith",
        "is_active": "on",
    }
    done = operator.post(f"/admin/projects/user/{people.editor.pk}/change/", sent)
    assert done.status_code == 302, done.context["adminform"].form.errors
    entry = AuditEntry.objects.get(act="user_changed")
    assert (entry.target_line, entry.actor_line, entry.door) == ("Edith", "staff@example.org", "admin")
    assert "Name" in entry.detail["fields"]
    passwords = {"password1": "quite another word", "password2": "quite another word", "usable_password": "true"}
    assert operator.post(f"/admin/projects/user/{people.editor.pk}/password/", passwords).status_code == 302
    assert "another word" not in repr(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.filter(act="user_changed").count() == 2


def right(*names: str) -> tuple[User, Client]:
    """Somebody of the staff who is no superuser, signed in."""
    user = User.objects.create_user("clerk@example.org", "a good password", name="Clerk", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user, backend=BACKEND)
    return user, client


def filled(user: User, **more: str) -> dict[str, str]:
    sent = {"email": user.email, "name": user.name, "handle": user.handle or f"x{user.pk}", "is_active": "on", **more}
    return {name: value for name, value in sent.items() if value}


def change(client: Client, user: User, **more: str) -> int:
    return client.post(f"/admin/projects/user/{user.pk}/change/", filled(user, **more)).status_code


def test_somebody_is_locked_out_and_let_in_by_the_service(people: People, operator: Client) -> None:
    assert change(operator, people.editor, is_active="", name="Edith") == 302
    people.editor.refresh_from_db()
    assert (people.editor.is_active, people.editor.name) == (False, "Edith")
    assert change(operator, people.editor) == 302
    people.editor.refresh_from_db()
    assert people.editor.is_active
    assert acts() == {"user_locked_out", "user_admitted", "user_changed"}


def test_somebody_without_a_handle_is_locked_out_on_their_page(people: People, operator: Client) -> None:
    User.objects.filter(pk=people.stranger.pk).update(handle=None)
    people.stranger.refresh_from_db()
    assert change(operator, people.stranger, is_active="", handle="") == 302
    people.stranger.refresh_from_db()
    assert (people.stranger.is_active, people.stranger.handle) == (False, None)


def test_a_handle_becomes_another_and_not_none(people: People, operator: Client) -> None:
    assert change(operator, people.owner, handle="") == 200
    assert change(operator, people.owner, handle="other") == 302
    people.owner.refresh_from_db()
    assert people.owner.handle == "other"


def test_several_are_locked_out_and_let_in_again(people: People, operator: Client, staff: User) -> None:
    said = act(operator, "user", "lock_out", people.editor, people.stranger, staff)
    assert "Done for 2." in said
    assert "Nobody locks themselves out." in said
    assert set(User.objects.filter(is_active=False)) == {people.editor, people.stranger}
    assert "Done for 1." in act(operator, "user", "let_in", people.editor)
    assert set(User.objects.filter(is_active=False)) == {people.stranger}
    assert acts() == {"user_locked_out", "user_admitted"}


def test_a_member_is_deleted_by_whoever_may_delete_people(people: People) -> None:
    signed_in("There/2", "editor@example.org")
    activate(people.editor)
    EmailAddress.objects.create(user=people.editor, email="editor@example.org")
    _, client = right("view_user", "delete_user")
    assert b"Are you sure" in client.get(f"/admin/projects/user/{people.editor.pk}/delete/").content
    assert client.post(f"/admin/projects/user/{people.editor.pk}/delete/", {"post": "yes"}).status_code == 302
    act(client, "user", "delete_selected", people.viewer, people.stranger, post="yes")
    assert set(User.objects.values_list("name", flat=True)) == {"Owner", "Clerk"}
    assert acts() == {"member_removed", "user_deleted"}
    assert AuditEntry.objects.filter(act="user_deleted").count() == 3


def test_why_an_owner_stays_is_said_and_what_can_be_done(people: People, operator: Client) -> None:
    address = f"/admin/projects/user/{people.owner.pk}/delete/"
    for page in (
        operator.get(address).content.decode(),
        operator.post(address, {"post": "yes"}).content.decode(),
        act(operator, "user", "delete_selected", people.owner, people.stranger, post="yes"),
    ):
        assert "Night Garden" in page
        assert "A project is never without its owner." in page
        assert "lock the person out" in page
    assert User.objects.filter(pk__in=[people.owner.pk, people.stranger.pk]).count() == 2


def test_nobody_deletes_themselves(people: People, operator: Client, staff: User) -> None:
    assert operator.post(f"/admin/projects/user/{staff.pk}/delete/", {"post": "yes"}).status_code == 403
    act(operator, "user", "delete_selected", staff, post="yes")
    assert User.objects.filter(pk=staff.pk).exists()


def test_nobody_locks_themselves_out(people: People, operator: Client, staff: User) -> None:
    assert change(operator, staff, is_active="", name="Stuff") == 302
    staff.refresh_from_db()
    assert (staff.is_active, staff.name) == (True, "Stuff")


def test_only_a_superuser_touches_a_superuser(people: People, staff: User) -> None:
    _clerk, client = right("view_user", "change_user", "delete_user")
    address = f"/admin/projects/user/{staff.pk}/"
    passwords = {"password1": "quite another word", "password2": "quite another word", "usable_password": "true"}
    assert client.get(f"{address}change/").status_code == 200
    assert change(client, staff, is_active="") == 403
    assert client.post(f"{address}password/", passwords).status_code == 403
    assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    act(client, "user", "delete_selected", staff, post="yes")
    staff.refresh_from_db()
    assert staff.is_active
    assert staff.check_password("a good password")
    assert change(client, people.stranger, is_active="") == 302
    people.stranger.refresh_from_db()
    assert not people.stranger.is_active


def test_nobody_gives_rights_but_a_superuser(people: People, operator: Client) -> None:
    clerk, client = right("view_user", "change_user")
    given = {"is_staff": "on", "is_superuser": "on"}
    for user in (clerk, people.stranger):
        assert change(client, user, **given) == 302
        user.refresh_from_db()
        assert not user.is_superuser
    assert not people.stranger.is_staff
    assert change(operator, people.stranger, **given) == 302
    people.stranger.refresh_from_db()
    assert people.stranger.is_superuser
