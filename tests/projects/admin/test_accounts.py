"""Sessions, second factors and confirmed addresses: to look at, and ended through the services, into the audit."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client

from projects.models import AuditEntry, User
from projects.services import tokens
from tests.people import People
from tests.projects.admin.conftest import BACKEND
from tests.projects.services.test_factors import activate
from tests.projects.views.test_sessions import PAGE, signed_in

SESSIONS = "/admin/usersessions/usersession/"
FACTORS = "/admin/mfa/authenticator/"
ADDRESSES = "/admin/account/emailaddress/"
TOKENS = "/admin/projects/apitoken/"


def select(operator: Client, address: str, *rows: Model) -> str:
    sent = {"action": "delete_selected", "_selected_action": [str(row.pk) for row in rows], "post": "yes"}
    return operator.post(address, sent, follow=True).content.decode()


def acts() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("act", "target_line", "door"))


@pytest.fixture
def rows(people: People) -> dict[str, Model]:
    signed_in("There/2")
    activate(people.owner)
    address = EmailAddress.objects.create(user=people.owner, email="owner@example.org", primary=True)
    return {SESSIONS: UserSession.objects.get(), FACTORS: Authenticator.objects.get(), ADDRESSES: address}


def test_no_page_of_the_admin_is_allauths(db: None) -> None:
    theirs = [page for page in admin.site._registry.values() if type(page).__module__.startswith("allauth")]
    assert theirs == []


@pytest.mark.parametrize("address", [SESSIONS, FACTORS, ADDRESSES])
@pytest.mark.parametrize("word", ["owner", "127.0", "x"])
def test_lists_are_searched_and_pages_open(operator: Client, rows: dict[str, Model], address: str, word: str) -> None:
    assert operator.get(address, {"q": word}).status_code == 200
    assert operator.get(f"{address}{rows[address].pk}/change/").status_code == 200


@pytest.mark.parametrize("address", [SESSIONS, FACTORS, ADDRESSES])
def test_nothing_is_added_or_filled_in(operator: Client, rows: dict[str, Model], address: str) -> None:
    assert operator.post(f"{address}add/", {}).status_code == 403
    assert operator.post(f"{address}{rows[address].pk}/change/", {}).status_code == 403


def test_an_address_is_not_taken_away_and_not_called_confirmed(operator: Client, rows: dict[str, Model]) -> None:
    assert operator.post(f"{ADDRESSES}{rows[ADDRESSES].pk}/delete/", {"post": "yes"}).status_code == 403
    sent = {"action": "make_verified", "_selected_action": [str(rows[ADDRESSES].pk)]}
    operator.post(ADDRESSES, sent)
    assert EmailAddress.objects.get().verified is False


def test_keys_of_sessions_and_what_codes_are_made_from_are_on_no_page(operator: Client, rows: dict[str, Model]) -> None:
    session, factor = UserSession.objects.get(), Authenticator.objects.get()
    for address, hidden in ((SESSIONS, session.session_key), (FACTORS, factor.data["secret"])):
        for page in (address, f"{address}{rows[address].pk}/change/", f"{address}{rows[address].pk}/delete/"):
            assert hidden not in operator.get(page).content.decode()


def test_to_delete_a_session_is_to_sign_them_out_there(people: People, operator: Client) -> None:
    here, there = signed_in("Here/1"), signed_in("There/2")
    row = UserSession.objects.get(user_agent="There/2")
    assert operator.post(f"{SESSIONS}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert (here.get(PAGE).status_code, there.get(PAGE).status_code) == (200, 302)
    assert acts() == [("sessions_ended", "Owner", "admin")]


def test_several_sessions_are_ended_at_once(people: People, operator: Client) -> None:
    clients = [signed_in("Here/1"), signed_in("There/2"), signed_in("Elsewhere/3", "editor@example.org")]
    select(operator, SESSIONS, *UserSession.objects.all())
    assert [client.get(PAGE).status_code for client in clients] == [302, 302, 302]
    assert sorted(acts()) == [("sessions_ended", "Editor", "admin"), *[("sessions_ended", "Owner", "admin")] * 2]


def test_the_last_second_factor_goes_with_its_codes_for_recovery(people: People, operator: Client) -> None:
    activate(people.owner)
    RecoveryCodes.activate(people.owner)
    activate(people.editor)
    factor = Authenticator.objects.get(user=people.owner, type="totp")
    assert operator.post(f"{FACTORS}{factor.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Authenticator.objects.values_list("user__name", flat=True)) == ["Editor"]
    assert acts() == [("factors_removed", "Owner", "admin")]
    assert AuditEntry.objects.get().detail == {"count": 2, "kind": "totp"}
    assert "/accounts/2fa/" not in signed_in("Here/1").get(PAGE, follow=True).request["PATH_INFO"]


def test_codes_for_recovery_go_alone_and_several_factors_at_once(people: People, operator: Client) -> None:
    activate(people.owner)
    RecoveryCodes.activate(people.owner)
    select(operator, FACTORS, Authenticator.objects.get(type="recovery_codes"))
    assert [factor.type for factor in Authenticator.objects.all()] == ["totp"]
    RecoveryCodes.activate(people.owner)
    activate(people.editor)
    select(operator, FACTORS, *Authenticator.objects.all())
    assert not Authenticator.objects.exists()
    assert [act for act, *_ in acts()] == ["factors_removed"] * 4


def test_who_may_only_look_ends_nothing(people: People, rows: dict[str, Model]) -> None:
    looker = User.objects.create_user("looker@example.org", "a good password", is_staff=True)
    looker.user_permissions.add(*Permission.objects.filter(codename__in=["view_usersession", "view_authenticator"]))
    client = Client()
    client.force_login(looker, backend=BACKEND)
    for address in (SESSIONS, FACTORS):
        assert client.get(address).status_code == 200
        assert client.post(f"{address}{rows[address].pk}/delete/", {"post": "yes"}).status_code == 403
        select(client, address, rows[address])
    assert (Authenticator.objects.count(), AuditEntry.objects.count()) == (1, 0)


def test_what_lets_a_superuser_in_is_taken_away_by_superusers_alone(people: People, rows: dict[str, Model]) -> None:
    helper = User.objects.create_user("helper@example.org", "a good password", is_staff=True)
    of = ("usersession", "authenticator", "apitoken")
    rights = [f"{act}_{row}" for act in ("view", "delete") for row in of]
    helper.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    token, _ = tokens.create(user=people.owner, name="theirs", scopes=["read"])
    kept = {SESSIONS: rows[SESSIONS], FACTORS: rows[FACTORS], TOKENS: token}
    User.objects.filter(pk__in=[row.user_id for row in kept.values()]).update(is_superuser=True)  # type: ignore[attr-defined]  # all have it
    client = Client()
    client.force_login(helper, backend=BACKEND)
    for address, row in kept.items():
        assert client.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        select(client, address, row)
    assert [type(row)._default_manager.count() for row in kept.values()] == [1, 1, 1]
    assert not AuditEntry.objects.filter(act__in=("sessions_ended", "factors_removed", "token_revoked")).exists()
