"""Pages in a real browser, answered by this process's own views: what is there to see, without a server."""

import mimetypes
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute

from projects.feed import rendering
from projects.models import Event
from tests.ui import packages

SITE = "http://localhost:8000"


@dataclass(eq=False)
class Site:
    """Fetch an address as somebody, then look at it. What was not fetched before is not there."""

    context: BrowserContext
    page: Page = field(init=False)
    socket: WebSocketRoute | None = None
    _ready: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.route("**/*", self._answer)
        self.page.route_web_socket("**/live/**", self._connected)

    def fetch(self, client: Client, path: str, *, as_fragment: bool = False) -> int:
        """Here, as a browser's handlers run where the test's transaction is not seen."""
        got = client.get(path, headers={"hx-request": "true"} if as_fragment else {})
        self._ready[path] = (got.status_code, got.content, got.headers["Content-Type"])
        return got.status_code

    def put(self, path: str, body: str, *, status: int = 200, kind: str = "text/html") -> None:
        self._ready[path] = (status, body.encode(), f"{kind}; charset=utf-8")

    def push(self, event: Event) -> None:
        assert self.socket, "the page has not connected"
        self.socket.send(rendering.render(event).html_frame)

    def _connected(self, socket: WebSocketRoute) -> None:
        self.socket = socket

    def open(self, path: str) -> Page:
        self.page.goto(SITE + path, wait_until="load")
        return self.page

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if not route.request.url.startswith(SITE):
            route.fulfill(body="<title>The app</title><p>the app</p>", content_type="text/html")
        elif path.startswith("/static/"):
            _asset(route, path.removeprefix("/static/"))
        elif known := self._ready.get(path):
            route.fulfill(status=known[0], body=known[1], content_type=known[2])
        else:
            route.fulfill(status=404, body="Not fetched before.", content_type="text/plain")


def _asset(route: Route, name: str) -> None:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    found = finders.find(name)
    if bundled := packages.bundle().get(name):
        route.fulfill(body=bundled, content_type=kind)
    elif isinstance(found, str):
        route.fulfill(body=Path(found).read_bytes(), content_type=kind)
    else:
        route.fulfill(status=404)
