"""A passkey is added, signs in, and is the second factor, in a real browser under our Content-Security-Policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests import people as people_of_tests
from tests.projects.git.served import served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a good password"


@pytest.fixture
def site() -> Iterator[str]:
    """By name: no browser gives a passkey to a number."""
    people_of_tests.gather()
    with served() as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    verified = {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **verified}})
    yield page
    context.close()


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.fill("[name=login]", "owner@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/accounts/login/'] button")


def test_a_passkey_is_added_and_signs_in_alone_and_after_the_password(page: Page, site: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, site)
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_selector("#mfa_webauthn_add")
    page.fill("[name=name]", "My laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    page.goto(f"{site}/accounts/2fa/webauthn/")
    assert page.get_by_text("My laptop").is_visible()

    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(f"{site}/")
    assert page.goto(f"{site}/projects/").status == 200  # type: ignore[union-attr]  # a page was loaded

    page.context.clear_cookies()
    sign_in(page, site)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(f"{site}/")
    assert complaints == []
