"""A workbench page in a real browser, served from this process; its socket carries the frames of real events."""

import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute

from projects.feed import rendering
from projects.models import Event
from tests.ui import packages

SITE = "http://localhost:8000"

# What a page is, without what ticks, what slides in and what htmx remembers.
_REGIONS = """() => Object.fromEntries([...document.querySelectorAll("[data-region]")].map((region) => {
  const copy = region.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.textContent = "";
  for (const one of copy.querySelectorAll("*")) {
    one.classList.remove("fresh", "htmx-settling", "htmx-added");
    if (one.getAttribute("class") === "") one.removeAttribute("class");
  }
  return [region.dataset.region, copy.innerHTML.replace(/\\s+/g, " ").replaceAll("> <", "><").trim()];
}))"""


@dataclass(eq=False)
class Bench:
    """Open it, push events to it, look at its regions."""

    context: BrowserContext
    client: Client
    path: str
    complaints: list[str] = field(default_factory=list)
    page: Page = field(init=False)
    socket: WebSocketRoute | None = None
    _ready: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.route("**/*", self._answer)
        self.page.route_web_socket("**/live/**", self._connected)
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.load()

    def load(self) -> None:
        """The page as it is now. Fetched here: a browser's handlers do not see the test's transaction."""
        base, mark, query = self.path.partition("?")
        tree = f"{base}files/{mark}{query}"
        self._ready = {
            self.path: self.client.get(self.path),
            tree: self.client.get(tree, headers={"hx-request": "true"}),
        }
        self.page.goto(SITE + self.path)
        self.page.wait_for_selector("[data-live-seq]")

    def push(self, event: Event) -> None:
        """As the hub sends it; back when the page has placed it."""
        self.send(rendering.render(event).html_frame)
        self.page.wait_for_selector(f'[data-live-seq="{event.seq}"]')

    def send(self, frame: str) -> None:
        assert self.socket, "the page has not connected"
        self.socket.send(frame)

    def regions(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(_REGIONS)
        return found

    def _connected(self, socket: WebSocketRoute) -> None:
        self.socket = socket

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if not url.startswith(SITE):
            route.fulfill(body="<p>the app</p>", content_type="text/html")
            return
        path = url.removeprefix(SITE)
        if path.endswith(".css"):
            route.fulfill(body="", content_type="text/css")  # how it looks is not asked here
        elif path.startswith("/static/"):
            self._asset(route, path.removeprefix("/static/"))
        elif got := self._ready.get(path):
            route.fulfill(status=got.status_code, body=got.content, headers=dict(got.items()))
        else:
            route.fulfill(status=404)

    def _asset(self, route: Route, name: str) -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        found = finders.find(name)
        if bundled := packages.bundle().get(name):
            route.fulfill(body=bundled, content_type=kind)
        elif isinstance(found, str):
            route.fulfill(body=Path(found).read_bytes(), content_type=kind)
        else:
            route.fulfill(status=404)
