"""The console pane in a real browser: it comes when it is looked at, and follows what is said."""

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from sandboxes.console.lines import Batch, Line
from sandboxes.services import console
from tests.people import People
from tests.ui import axe
from tests.ui.site import Site

pytestmark = pytest.mark.browser

HINT = json.dumps({"hint": {"type": "console"}})


@pytest.fixture
def home(client: Client, people: People) -> str:
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    return f"/p/{people.owner.handle}/{people.project.slug}/"


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield Site(context)
    context.close()


def say(people: People, *texts: str, level: str = "error") -> None:
    lines = (Line("error", level, text, "    at Shelf (src/app.js:12:5)", 3) for text in texts)
    console.report(people.main, Batch("/books", tuple(lines)))


def fetch(site: Site, client: Client, home: str) -> None:
    """The pane as it is now, under both of the addresses that it asks."""
    for query in ("?bench=1", "?bench=1&level=", "?level=&bench=1"):
        assert site.fetch(client, f"{home}console/{query}", as_fragment=True) == 200


def test_it_comes_when_it_is_looked_at_and_follows(site: Site, client: Client, people: People, home: str) -> None:
    say(people, "TypeError: one")
    site.fetch(client, home)
    fetch(site, client, home)
    page = site.open(home)
    page.wait_for_selector("[data-live-seq]")
    view, tab = page.locator("#console-view"), page.locator("#tab-console")
    expect(view.locator("summary")).to_have_count(0)
    tab.click()
    expect(view.locator("summary")).to_have_count(1)
    view.locator("summary").click()
    expect(view.get_by_text("at Shelf")).to_be_visible()
    say(people, "RangeError: two")
    fetch(site, client, home)
    assert site.socket
    site.socket.send(HINT)
    expect(view.locator("summary")).to_have_count(2)
    expect(view.locator("details[open]")).to_contain_text("TypeError: one")
    expect(view.locator("details[open]").get_by_text("at Shelf")).to_be_visible()
    expect(page.locator("#console-count")).to_have_text("2")


def test_where_nobody_looks_only_a_dot_tells_of_news(site: Site, client: Client, people: People, home: str) -> None:
    site.fetch(client, home)
    say(people, "TypeError: one")
    fetch(site, client, home)
    page = site.open(home)
    page.wait_for_selector("[data-live-seq]")
    asked, complaints = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab = page.locator("#tab-console")
    assert site.socket
    site.socket.send(HINT)
    dock = page.locator('.dock [data-opens="console"]')
    for opener in (tab, dock):
        expect(opener).to_have_attribute("data-news", "")
    assert not [url for url in asked if "console" in url]
    tab.click()
    expect(page.locator("#console-view summary")).to_have_count(1)
    assert complaints == []
    for opener in (tab, dock):
        expect(opener).not_to_have_attribute("data-news", "")


def test_it_fits_a_phone_and_says_nothing_to_axe(site: Site, client: Client, people: People, home: str) -> None:
    long = "unbroken" * 40
    say(people, f"Error: {long}", "Error: short")
    console.report(people.main, Batch(f"/{long}", (Line("console", "warn", long), Line("console", "log", "x")), 9))
    assert site.fetch(client, f"{home}console/") == 200
    page = site.open(f"{home}console/")
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        page.evaluate("for (const one of document.querySelectorAll('#console-view details')) one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.violations(page) == []


def test_the_pane_says_nothing_to_axe_either(site: Site, client: Client, people: People, home: str) -> None:
    say(people, "Error: one", "Error: two")
    site.fetch(client, home)
    fetch(site, client, home)
    page = site.open(home)
    page.locator("#tab-console").click()
    page.locator("#console-view summary").first.click()
    assert axe.violations(page) == []
