"""A running installation and a real Chromium for journeys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.installation import Installation, installed

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all journeys: each makes projects of its own."""
    with installed(tmp_path_factory.mktemp("journey") / "home", DJINN_DEMO_PACE="0.2") as one:
        one.up()
        yield one


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    """Signed in as the local owner; what the console says against us fails the journey."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(installation.manage("login_link").stdout.split()[-1])
    yield page
    context.close()
