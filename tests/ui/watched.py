"""A page of an app in a real browser, with the bridge in it as the previews put it there, and what it reports."""

import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from sandboxes.console import lines
from sandboxes.console.lines import Line
from sandboxes.preview import bridge

HOST = "p-abcdefghijklmnopqrstuvwxyz.localhost:8000"
SITE = f"http://{HOST}"
HTML = ("content-type", "text/html; charset=utf-8")


def done(work: Coroutine[Any, Any, None]) -> None:
    """Of what never waits for anything."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


def passed(page: str, *headers: tuple[str, str]) -> tuple[dict[str, str], bytes]:
    """As the proxy sends this page on."""
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    asked = {"method": "GET", "headers": [(b"host", HOST.encode()), (b"sec-fetch-dest", b"document")]}
    _, watched = bridge.over(asked, send)  # type: ignore[arg-type]  # all that it looks at
    told = [(name.encode(), value.encode()) for name, value in (HTML, *headers)]
    done(watched({"type": "http.response.start", "status": 200, "headers": told, "trailers": False}))
    done(watched({"type": "http.response.body", "body": page.encode(), "more_body": False}))
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, sent[1]["body"]


@dataclass(eq=False)
class Watched:
    """`batches` are what it reported, read as the preview reads them; `answers` what it is told then, else 204."""

    context: BrowserContext
    batches: list[lines.Batch] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    page: Page = field(init=False)
    _pages: dict[str, tuple[dict[str, str], bytes, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.route("**/*", self._answer)

    def put(self, path: str, body: str = "", *, status: int = 200, kind: str = "text/plain") -> None:
        self._pages[path] = ({"content-type": kind}, body.encode(), status)

    def open(self, script: str, *headers: tuple[str, str], body: str = "") -> Page:
        """A page that runs this, after all that is put beside it."""
        self.put("/app.js", script, kind="text/javascript")
        html = f"<!doctype html><html><head><title>App</title></head><body>{body}<script src=/app.js></script></body>"
        self._pages["/"] = (*passed(html, *headers), 200)
        self.page.goto(f"{SITE}/", wait_until="load")
        return self.page

    @property
    def lines(self) -> list[Line]:
        return [line for batch in self.batches for line in batch.lines]

    def texts(self, source: str = "console") -> list[str]:
        return [line.text for line in self.lines if line.source == source]

    @property
    def dropped(self) -> int:
        return sum(batch.dropped for batch in self.batches)

    def wait(self, text: str) -> Line:
        """Until a line with these words is told."""
        for _ in range(300):
            if found := [line for line in self.lines if text in line.text]:
                return found[0]
            self.page.wait_for_timeout(50)
        raise AssertionError(f"nobody told of {text!r}: {self.lines}")

    def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(SITE)
        if not request.url.startswith(SITE):
            route.abort()
        elif path == bridge.REPORTS:
            self.ways.append(request.resource_type)
            self._take(route, request.post_data_buffer or b"")
        elif path == bridge.script_path():
            route.fulfill(body=bridge.script(), content_type="text/javascript")
        elif known := self._pages.get(path):
            route.fulfill(headers=known[0], body=known[1], status=known[2])
        else:
            route.fulfill(status=404, body="")

    def _take(self, route: Route, body: bytes) -> None:
        if (status := self.answers.pop(0) if self.answers else 204) == 204:
            self.sizes.append(len(body))
            self.batches.append(lines.read(body))
            assert json.loads(body)
        if status:
            route.fulfill(status=status)
        else:
            route.abort("connectionrefused")
