"""A person opens a shell in an app's box: types, changes its size, comes back to it, and reads what is left of it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.installations.balancer import COOKIE
from tests.journeys.conftest import PATIENCE
from tests.journeys.test_wish_to_preview import wish

pytestmark = [pytest.mark.browser, pytest.mark.box, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]


def opened(page: Page) -> Locator:
    page.get_by_role("tab", name="Terminal").click()
    rows = page.locator("#panel-terminal .xterm-rows")
    expect(rows).to_contain_text("/workspace $", timeout=PATIENCE)
    return rows


def size_of(page: Page, rows: Locator, word: str) -> tuple[int, int]:
    page.keyboard.type(f"echo $(stty size) {word}\n")
    pattern = re.compile(rf"(\d+) (\d+) {word}")
    expect(rows).to_contain_text(pattern, timeout=PATIENCE)
    found = pattern.search(rows.inner_text())
    assert found
    return int(found[1]), int(found[2])


def test_a_shell_is_used_and_found_again_and_recorded(page: Page):
    wish(page, "A tool library for our street: borrow, bring back, a page per tool")
    expect(page.get_by_role("log")).to_contain_text("Version 1", timeout=PATIENCE)
    # A shell is its process's: with several of them, whoever stands in front sends a visitor to the same.
    page.context.add_cookies([{"name": COOKIE, "value": "0", "url": page.url}])
    rows = opened(page)
    page.keyboard.type("echo h''i; kept=yes\n")
    expect(rows).to_contain_text("hi", timeout=PATIENCE)
    height, width = size_of(page, rows, "first")
    page.set_viewport_size({"width": 1000, "height": 600})
    expect(page.locator("#panel-terminal .xterm-screen")).to_be_visible()
    page.keyboard.type(f"while [ \"$(stty size)\" = '{height} {width}' ]; do sleep 0.1; done\n")
    smaller = size_of(page, rows, "then")
    assert smaller[0] < height
    assert smaller[1] < width
    page.keyboard.type("printf '\\033[38;2;10;90;200mblue\\033[0m \\033[4;31mred\\033[0m\\n'\n")
    expect(rows.locator("span", has_text=re.compile("^blue$"))).to_be_visible()

    page.keyboard.press("F6")
    expect(page.get_by_role("tab", name="Terminal")).to_be_focused()

    page.reload()
    rows = opened(page)
    page.keyboard.type("echo still $kept\n")
    expect(rows).to_contain_text("still yes", timeout=PATIENCE)
    page.keyboard.type("exit 7\n")
    expect(page.get_by_text("The shell has ended with exit code 7.")).to_be_visible()
    page.get_by_role("button", name="New shell").click()
    expect(rows).not_to_contain_text("still yes", timeout=PATIENCE)
    expect(rows).to_contain_text("/workspace $", timeout=PATIENCE)
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text("The shell has ended.")).to_be_visible()

    page.goto(page.url.split("?")[0] + "logs/")
    page.get_by_role("link", name=re.compile("Terminal of")).last.click()
    expect(page.get_by_role("group", name="Output")).to_contain_text("still yes")
