"""A person makes a wish, uses the app inside the frame, and has it changed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.journeys.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]

DEMO = "demo: a recorded generation"
IS_GREEN = """element => {
    const paint = getComputedStyle(element).backgroundColor;
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.fillStyle = paint;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return green > red && green > blue;
}"""


def wish(page: Page, text: str) -> FrameLocator:
    expect(page.get_by_text(DEMO)).to_be_visible()
    page.get_by_label("Your wish").fill(text)
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/p/owner/**")
    expect(page.get_by_text(DEMO)).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text(text)
    expect(page.locator("iframe")).to_be_visible(timeout=PATIENCE)
    return page.frame_locator("iframe")


def opened(button: Locator, dialog: Locator) -> None:
    """A click that comes before the app's script does nothing; a person clicks again."""
    for _ in range(10):
        button.click(timeout=PATIENCE)
        try:
            expect(dialog).to_be_visible(timeout=3_000)
        except AssertionError:
            continue
        return
    expect(dialog).to_be_visible()


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message to the agent").fill(text)
    page.get_by_role("button", name="Send").click()


def turned_green(page: Page, app: FrameLocator) -> None:
    say(page, "Make the header green")
    expect(page.get_by_role("log")).to_contain_text("Version 2", timeout=PATIENCE)
    header = app.locator("header").first
    expect(header).to_be_visible(timeout=PATIENCE)
    for _ in range(300):
        if header.evaluate(IS_GREEN):
            return
        page.wait_for_timeout(100)
    raise AssertionError(header.evaluate("element => getComputedStyle(element).backgroundColor"))


@pytest.mark.node
@pytest.mark.box
def test_a_react_app_is_built_used_and_changed(page: Page):
    app = wish(page, "A pomodoro timer with a task list and a log of my week")
    expect(page.get_by_role("log")).to_contain_text("src/App.tsx", timeout=PATIENCE)
    app.get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
    expect(app.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(app.get_by_text("24:59")).to_be_visible()
    turned_green(page, app)


def test_a_plain_page_is_built_used_and_changed(page: Page):
    app = wish(page, "A reading list that looks like my bookshelf")
    expect(page.get_by_role("log")).to_contain_text("Version 1", timeout=PATIENCE)
    add = app.get_by_role("button", name=re.compile("add a book", re.IGNORECASE)).first
    opened(add, app.get_by_role("dialog"))
    app.get_by_role("dialog").press("Escape")
    turned_green(page, app)


@pytest.mark.box
def test_a_python_app_is_built_used_and_changed(page: Page):
    app = wish(page, "A tool library for our street: borrow, bring back, a page per tool")
    app.get_by_role("link", name=re.compile("hammer", re.IGNORECASE)).first.click(timeout=PATIENCE)
    expect(app.get_by_role("heading", name=re.compile("hammer", re.IGNORECASE))).to_be_visible()
    turned_green(page, app)


def test_a_wish_nobody_recorded_gets_the_nearest_and_says_so(page: Page):
    wish(page, "A flight simulator for carrier pigeons")
    expect(page.get_by_role("log")).to_contain_text("cannot make this wish itself")


def test_without_scripts_a_wish_is_sent_and_its_result_seen(signed_in: Callable[..., Page]):
    page = signed_in(java_script_enabled=False)
    page.get_by_label("Your wish").fill("A reading list that looks like my bookshelf")
    page.get_by_role("button", name="Make it").click()
    # The page refreshes itself while the job runs.
    expect(page.get_by_role("log")).to_contain_text("Version 1", timeout=PATIENCE)
    expect(page.locator("iframe")).to_have_attribute("src", re.compile(r"^http://p-[a-z2-7]{26}\.localhost"))


def test_it_can_be_used_on_a_phone(signed_in: Callable[..., Page]):
    page = signed_in()
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_label("Your wish").fill("A reading list that looks like my bookshelf")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/p/owner/**")
    expect(page.get_by_role("log")).to_contain_text("Version 1", timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("^App")).click()
    expect(page.locator("iframe")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


def test_stop_stops_and_the_next_message_builds_again(page: Page):
    page.get_by_label("Your wish").fill("A pomodoro timer with a task list and a log of my week")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("button", name="Stop").first.click()
    expect(page.get_by_role("log")).to_contain_text("Stopped", timeout=5_000)
    say(page, "A reading list that looks like my bookshelf")
    expect(page.get_by_role("log")).to_contain_text("Version 1", timeout=PATIENCE)
