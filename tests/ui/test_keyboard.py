"""The main road without a mouse: write, send, stop, look at the plan and the files, make room, choose a theme."""

import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from projects import feed
from projects.enums import AuthorKind
from projects.services import changesets
from tests.people import People
from tests.ui import story
from tests.ui.site import Site

pytestmark = pytest.mark.browser

# More stops than this between two things is nothing a person would do.
MOST_TABS = 25


@pytest.fixture
def site(chromium: Browser, client: Client, people: People) -> Iterator[Site]:
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(
        reduced_motion="reduce", color_scheme="light", viewport={"width": 1280, "height": 800}
    )
    yield Site(context)
    context.close()


@pytest.fixture
def path(people: People) -> str:
    return f"/p/{people.owner.handle}/{people.project.slug}/"


@pytest.fixture
def bench(site: Site, client: Client, people: People, path: str) -> Page:
    """A workbench whose job is running, with two files."""
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    for name in ("index.html", "src/app.js"):
        changesets.stage(changeset, name, b"one\ntwo\n")
    changesets.apply(changeset, by=people.owner, message="Files")
    for kind, payload in story.STORY[:13]:
        with transaction.atomic():
            feed.record(people.project, kind, payload, job_ref=uuid.UUID(story.JOB))
    site.fetch(client, path)
    site.fetch(client, f"{path}files/src/app.js", as_fragment=True)
    return site.open(path)


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_wish_is_written_and_sent(site: Site, client: Client) -> None:
    site.fetch(client, "/")
    site.put("/wish/", "<title>Made</title>")
    page = site.open("/")
    page.keyboard.type("A reading list")
    with page.expect_request("**/wish/") as sent:
        page.keyboard.press("Control+Enter")
    assert "wish=A+reading+list" in (sent.value.post_data or "")


def test_stop_is_reached_and_a_refusal_is_said(site: Site, bench: Page, path: str) -> None:
    site.put(f"{path}jobs/{story.JOB}/stop/", "This job ended already.", status=409, kind="text/plain")
    _tab_to(bench, '[aria-label="Stop"]')
    with bench.expect_request("**/stop/"):
        bench.keyboard.press("Enter")
    expect(bench.get_by_role("alert")).to_have_text("This job ended already.")
    expect(bench.locator("[aria-busy=true].btn")).to_have_count(0)


def test_arrows_move_between_tabs(bench: Page) -> None:
    _tab_to(bench, "#tab-chat")
    bench.keyboard.press("ArrowRight")
    expect(bench.locator("#tab-plan")).to_be_focused()
    expect(bench.locator("#panel-plan")).to_be_visible()
    bench.keyboard.press("Home")
    expect(bench.locator("#panel-chat")).to_be_visible()
    expect(bench.locator("#panel-plan")).to_be_hidden()


def test_arrows_move_the_splitter(bench: Page) -> None:
    _tab_to(bench, ".splitter")
    before = bench.locator("#pane-mid").bounding_box()
    for _ in range(3):
        bench.keyboard.press("ArrowRight")
    after = bench.locator("#pane-mid").bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"] + 50
    expect(bench.locator(".splitter")).to_have_attribute("aria-valuenow", "44")


def test_arrows_walk_the_files_and_enter_opens_one(bench: Page) -> None:
    _tab_to(bench, "#tab-preview")
    bench.keyboard.press("ArrowRight")
    _tab_to(bench, '[role="treeitem"]')
    expect(bench.locator('[data-folder="src"]')).to_be_focused()
    bench.keyboard.press("ArrowLeft")
    expect(bench.locator('li[data-path="src/app.js"]')).to_be_hidden()
    bench.keyboard.press("ArrowRight")
    bench.keyboard.press("ArrowDown")
    bench.keyboard.press("Enter")
    expect(bench.locator("#file-view .code")).to_have_text("one\ntwo\n")
    expect(bench.locator('li[data-path="src/app.js"]')).to_have_attribute("aria-selected", "true")


def test_the_theme_is_switched(bench: Page) -> None:
    _tab_to(bench, "[data-switch-theme]")
    bench.keyboard.press("Enter")
    expect(bench.locator("html")).to_have_attribute("data-theme", "dark")
    assert bench.locator('meta[name="theme-color"]').first.get_attribute("content") == "rgb(28, 25, 20)"


def test_single_keys_write_and_show_the_list_and_leave(bench: Page) -> None:
    bench.keyboard.press("/")
    expect(bench.locator("#say")).to_be_focused()
    bench.keyboard.press("Escape")
    bench.keyboard.press("?")
    expect(bench.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    bench.keyboard.press("Escape")
    expect(bench.get_by_role("dialog")).to_have_count(0)
