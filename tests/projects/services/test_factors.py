"""Second factors: encrypted at rest, taken away by whoever runs the site."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.test import Client, override_settings

from projects.models import AuditEntry, User
from projects.services import accounts, factors, sealed
from tests.people import People

OTHER_KEY = "k" * 50


def activate(user: User) -> str:
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str) -> str:
    now: str = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    return now


def test_what_codes_are_made_from_is_kept_encrypted_and_sealed_anew(people: People) -> None:
    secret = activate(people.owner)
    RecoveryCodes.activate(people.owner)
    kept = str(list(Authenticator.objects.values()))
    assert secret not in kept
    before = dict(Authenticator.objects.values_list("type", "data"))
    with override_settings(ENCRYPTION_KEY=OTHER_KEY, FORMER_ENCRYPTION_KEYS=[settings.ENCRYPTION_KEY]):
        assert sealed.reseal() == (2, [])
        after = dict(Authenticator.objects.values_list("type", "data"))
        assert after["totp"] != before["totp"]
        assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code(secret))
    with override_settings(ENCRYPTION_KEY=OTHER_KEY):
        assert sealed.missing() == []
    assert len(sealed.missing()) == 1


def test_a_password_alone_does_not_sign_in_and_a_code_does(people: People, client: Client) -> None:
    secret = activate(people.owner)
    first = client.post("/accounts/login/", {"login": "owner@example.org", "password": "a good password"})
    assert first["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/projects/").status_code == 302
    assert b"Incorrect code" in client.post(first["Location"], {"code": "000000"}).content
    client.post(first["Location"], {"code": code(secret)})
    assert client.get("/projects/").status_code == 200


def test_the_link_of_the_terminal_asks_for_the_second_factor_too(people: People, client: Client) -> None:
    secret = activate(people.owner)
    link = f"/enter/{accounts.sign_in_token(people.owner)}/"
    assert client.get(link)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/projects/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert client.get("/projects/").status_code == 200


def test_taking_them_away_twice_is_told_once(people: People) -> None:
    activate(people.owner)
    assert (factors.remove(people.owner, by=None), factors.remove(people.owner, by=None)) == (1, 0)
    assert AuditEntry.objects.count() == 1
