"""Who is believed about whom: the visitor's address and HTTPS, with a proxy in front and without."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

TRIES = 12
REFUSED = "Too many failed login attempts"
SIGN_IN = "/accounts/login/"

pytestmark = pytest.mark.django_db


def tries(client: Client, *, known_as: str) -> list[str]:
    """Wrong passwords, each for somebody else, so that only the address can be what is counted."""
    return [
        client.post(
            SIGN_IN,
            {"login": f"nobody{number}@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": known_as.format(number)},
        ).text
        for number in range(TRIES)
    ]


def test_behind_a_proxy_the_limits_count_visitors_and_not_the_proxy(client: Client, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert REFUSED in tries(client, known_as="192.0.2.1")[-1]
    assert REFUSED not in tries(client, known_as="192.0.2.2")[0]


def test_what_a_visitor_says_before_the_proxy_does_not_hide_him(client: Client, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert REFUSED in tries(client, known_as="198.51.100.{}, 192.0.2.1")[-1]


def test_without_a_proxy_nobody_hides_behind_a_header(client: Client) -> None:
    assert REFUSED in tries(client, known_as="198.51.100.{}")[-1]


def test_without_a_proxy_nobody_says_that_it_was_https(client: Client, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    assert "Strict-Transport-Security" not in client.get("/livez", headers={"X-Forwarded-Proto": "https"}).headers


def test_behind_a_proxy_its_word_for_https_counts(client: Client, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 60
    assert "Strict-Transport-Security" in client.get("/livez", headers={"X-Forwarded-Proto": "https"}).headers
    assert "Strict-Transport-Security" not in client.get("/livez").headers
