"""People and a browser for the tests of what is seen."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import people as people_of_tests
from tests.people import People
from tests.ui.watched import Watched

_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Its loop runs in this very thread, which Django would take for asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """A page of an app with the bridge in it."""
    context = chromium.new_context()
    yield Watched(context)
    context.close()
