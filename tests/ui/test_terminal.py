"""The terminal's pane in a real browser, at a socket that says what servers say. The journeys use one that runs."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from pytest_django.fixtures import Settings

from projects.models import User
from tests.people import People
from tests.ui import axe
from tests.ui.site import Site

pytestmark = pytest.mark.browser


@dataclass
class Server:
    """A site, and the other end of its terminals' sockets."""

    site: Site
    client: Client
    people: People
    sockets: list[WebSocketRoute] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)

    def connected(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda said: self.heard.append(json.loads(said)))

    def tell(self, **word: object) -> None:
        self.sockets[-1].send(json.dumps(word))

    def open(self, shell: str, **more: bool) -> None:
        self.tell(**{"type": "opened", "shell": shell, "again": False, "lost": False, **more})
        self.tell(type="open")

    def typed(self) -> str:
        return "".join(said["text"] for said in self.heard if said["type"] == "typed")

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(300):
            if condition():
                return
            self.site.page.wait_for_timeout(50)
        raise AssertionError(self.heard[-5:])

    def until_connected(self, count: int) -> None:
        self.until(lambda: len(self.sockets) >= count)

    def visit(self, user: User) -> Page:
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        home = f"/p/{self.people.owner.handle}/{self.people.project.slug}/"
        assert self.site.fetch(self.client, home) == 200
        return self.site.open(home)

    def opened(self) -> Page:
        page = self.visit(self.people.editor)
        page.get_by_role("tab", name="Terminal").click()
        self.until_connected(1)
        self.open("one")
        expect(page.locator(".xterm-screen")).to_be_visible()
        return page


@pytest.fixture
def server(chromium: Browser, client: Client, people: People, settings: Settings, tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "main.js").touch()
    settings.BUNDLE_DIR = tmp_path
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    made = Server(Site(context), client, people)
    made.site.page.route_web_socket("**/terminal/**", made.connected)
    yield made
    context.close()


def test_it_is_brought_when_it_is_opened_and_not_before(server: Server) -> None:
    asked: list[str] = []
    server.site.page.on("request", lambda request: asked.append(request.url))
    page = server.visit(server.people.editor)
    page.wait_for_selector("[data-live-seq]")
    assert not [url for url in asked if "dist/terminal" in url]
    page.get_by_role("tab", name="Terminal").click()
    server.until_connected(1)
    assert len([url for url in asked if "dist/terminal" in url]) == 2
    url = server.sockets[0].url
    assert f"/ws/projects/{server.people.project.pk}/terminal/?branch=main" in url
    assert "shell=&rows=" in url


def test_who_only_looks_has_none(server: Server) -> None:
    page = server.visit(server.people.viewer)
    expect(page.get_by_role("tab", name="Console")).to_be_visible()
    expect(page.get_by_role("tab", name="Terminal")).to_have_count(0)
    expect(page.locator("#panel-terminal")).to_have_count(0)


def test_what_comes_is_shown_and_what_is_typed_is_said(server: Server) -> None:
    page = server.opened()
    server.sockets[0].send("\x1b[32mgrün ✓\x1b[0m $ ".encode())
    expect(page.locator(".xterm-rows")).to_contain_text("grün ✓ $")
    page.keyboard.type("ls -l")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.activeElement.classList.contains('xterm-helper-textarea')")
    server.until(lambda: len(server.typed()) >= 7)
    assert server.typed() == "ls -l\x1b\t"


def test_a_long_paste_is_said_in_pieces_and_whole(server: Server) -> None:
    page = server.opened()
    text = "aé🙂" * 5000
    page.evaluate(
        "text => document.querySelector('.xterm-helper-textarea').dispatchEvent(Object.assign("
        "new ClipboardEvent('paste', {clipboardData: (() => { const data = new DataTransfer();"
        "data.setData('text/plain', text); return data; })(), bubbles: true, cancelable: true})))",
        text,
    )
    server.until(lambda: len(server.typed()) >= len(text))
    assert server.typed() == text
    assert max(len(said["text"]) for said in server.heard if said["type"] == "typed") <= 4000


def test_one_key_leaves_it_and_the_tab_leads_back(server: Server) -> None:
    page = server.opened()
    inside = page.locator(".xterm-helper-textarea")
    expect(inside).to_be_focused()
    page.keyboard.press("F6")
    tab = page.get_by_role("tab", name="Terminal")
    expect(tab).to_be_focused()
    page.keyboard.press("Enter")
    expect(inside).to_be_focused()
    assert server.typed() == ""


def test_its_size_follows_the_window(server: Server) -> None:
    def sizes() -> list[tuple[int, int]]:
        return [(said["rows"], said["columns"]) for said in server.heard if said["type"] == "resized"]

    page = server.opened()
    page.set_viewport_size({"width": 900, "height": 500})
    server.until(lambda: len(set(sizes())) > 1)
    assert sizes()[-1][0] < sizes()[0][0]
    assert sizes()[-1][1] < sizes()[0][1]


def test_a_lost_connection_is_told_and_found_again(server: Server) -> None:
    page = server.opened()
    banner = page.get_by_text("The connection is lost. The shell waits")
    expect(banner).to_be_hidden()
    server.sockets[0].close(code=4999)
    expect(banner).to_be_visible()
    server.until_connected(2)
    assert "shell=one" in server.sockets[1].url
    server.open("one", again=True)
    expect(banner).to_be_hidden()
    server.sockets[1].close(code=4999)
    server.until_connected(3)
    server.open("two", lost=True)
    expect(page.get_by_text("The shell that was here has ended. This is a new one.")).to_be_visible()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ({"type": "ended", "exit_code": 0, "text": ""}, "The shell has ended."),
        ({"type": "ended", "exit_code": 9, "text": ""}, "The shell has ended with exit code 9."),
        ({"type": "ended", "exit_code": None, "text": "<b>Gone</b>"}, "The shell has ended. <b>Gone</b>"),
        ({"type": "moved"}, "This shell is shown by another page now."),
    ],
)
def test_its_end_is_told_and_another_can_be_had(server: Server, word: dict[str, Any], sentence: str) -> None:
    page = server.opened()
    server.tell(**word)
    server.sockets[0].close(code=1000)
    expect(page.get_by_text(sentence, exact=True)).to_be_visible()
    page.get_by_role("button", name="New shell").click()
    server.until_connected(2)
    assert "shell=&" in server.sockets[1].url


@pytest.mark.parametrize(
    ("answer", "sentence", "leads"),
    [
        ({"type": "proposed", "address": "/p/x/y/changes/1/"}, "The changes are proposed.", True),
        ({"type": "proposed", "address": ""}, "No file was changed.", False),
        ({"type": "refused", "text": "Too many."}, "Too many.", False),
    ],
)
def test_what_was_changed_can_be_proposed(server: Server, answer: dict[str, Any], sentence: str, leads: bool) -> None:
    page = server.opened()
    propose, link = (
        page.get_by_role("button", name="Propose changes"),
        page.get_by_role("link", name="Look at the changes"),
    )
    expect(link).to_be_hidden()
    propose.click()
    server.until(lambda: {"type": "proposed"} in server.heard)
    expect(propose).to_be_disabled()
    server.tell(**answer)
    expect(page.get_by_text(sentence, exact=True)).to_be_visible()
    expect(propose).to_be_enabled()
    expect(link).to_be_visible(visible=leads)


def test_who_may_not_use_it_any_more_is_told(server: Server) -> None:
    page = server.opened()
    server.sockets[0].close(code=4403)
    expect(page.get_by_text("You may not use a terminal in this project.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_it_reads_well_in_both_themes_and_on_a_phone(server: Server, width: int) -> None:
    server.site.page.set_viewport_size({"width": width, "height": 740})
    page = server.visit(server.people.editor)
    page.locator('.dock [data-opens="terminal"]' if width < 700 else "#tab-terminal").click()
    server.until_connected(1)
    server.open("one")
    server.sockets[0].send(b"\x1b[31mred \x1b[33myellow \x1b[90mgrey \x1b[36mcyan\x1b[0m $ ")
    expect(page.locator(".xterm-rows")).to_contain_text("cyan")
    # On a phone the page's main part, which is the chat, is behind it.
    assert [one for one in axe.violations(page) if not one.startswith("landmark-one-main")] == []
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
