"""From a page in a real browser to people and the next job: through the previews' own application and the database."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route

from projects import feed
from sandboxes.models import ConsoleEntry, addresses
from sandboxes.preview import reports
from sandboxes.preview.app import app
from sandboxes.runtime import waking
from sandboxes.services import console
from sandboxes.wire import connections as wires
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import _close_database
from tests.ui.conftest import chromium

__all__ = ["chromium"]

pytestmark = pytest.mark.browser

BROKEN = {
    **apps.STATIC,
    "index.html": '<!doctype html><title>Garden</title><h1>A garden</h1><script src="garden.js"></script>\n',
    "garden.js": "console.warn('watering', {plants: [1, 2]});\nfetch('/plants.json');\nnull.water();\n",
}


@pytest.fixture
def page(chromium: Browser, transactional_db: None) -> Iterator[Page]:
    """Whose requests go to the application in a thread, where another loop than the browser's may run."""
    reports._left.clear()
    context = chromium.new_context()
    found = context.new_page()
    with ThreadPoolExecutor(1) as thread:
        runner = asyncio.Runner()
        found.route("**/*", lambda route: _answer(route, lambda work: thread.submit(runner.run, work).result(60)))
        yield found
        context.close()
        for last in (wires.close(), _close_database()):
            thread.submit(runner.run, last).result(30)
        thread.submit(runner.close).result(30)


def _answer(route: Route, run: Callable[[Coroutine[Any, Any, httpx.Response]], httpx.Response]) -> None:
    got = run(_ask(route.request, route.request.all_headers()))
    route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)


async def _ask(asked: Request, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app))) as client:
        return await client.request(asked.method, asked.url, headers=headers, content=asked.post_data_buffer or b"")


def test_what_a_browser_saw_reaches_people_and_the_next_job(page: Page, make_app: MakeApp) -> None:
    garden = make_app(BROKEN)
    page.goto(addresses.url(garden.label))
    assert page.title() == "Garden"
    said = wait_for(lambda: _all(page, 3), seconds=20, what="three lines to be kept")
    assert {(one.level, one.source, one.title, one.path, one.line) for one in said} == {
        ("warn", "console", "watering {plants: [1, 2]}", "garden.js", 1),
        ("error", "error", "TypeError: Cannot read properties of null (reading 'water')", "garden.js", 3),
        ("warn", "network", "GET /plants.json answered 404", "", None),
    }
    [told] = [one for one in feed.since(garden.project_id, 0, limit=2000) if one.kind == "error_captured"]
    assert told.payload["title"] == "TypeError: Cannot read properties of null (reading 'water')"
    assert told.payload["text"].endswith("at garden.js:3:6")
    assert garden.label not in str(told.payload)
    assert "at garden.js:3, on the page /]" in console.context_for_agent(garden.branch)


LISTING = """\
import { useState } from "react";

type Book = { title: string };

export default function App() {
  const [book, choose] = useState<Book | null>({ title: "Tally" });
  return (
    <main>
      <h1>{(book as Book).title}</h1>
      <button onClick={() => choose(null)}>Give it back</button>
    </main>
  );
}
"""


@pytest.mark.box
def test_an_error_in_a_compiled_file_is_where_it_was_written(page: Page, make_app: MakeApp) -> None:
    """The development server adds lines of its own before those of the file."""
    sandbox = make_app({**apps.REACT, "src/App.tsx": LISTING})
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.port, sandbox.error
    page.goto(addresses.url(sandbox.label))
    page.get_by_role("button").click()
    errors = wait_for(lambda: _uncaught(page), seconds=30, what="the error to be kept")
    assert (errors[0].path, errors[0].line) == ("src/App.tsx", 9)
    assert "at App (src/App.tsx:9:" in errors[0].stack


def _uncaught(page: Page) -> list[ConsoleEntry]:
    page.wait_for_timeout(50)
    return list(ConsoleEntry.objects.filter(source="error"))


def _all(page: Page, count: int) -> list[ConsoleEntry]:
    page.wait_for_timeout(50)
    said = list(ConsoleEntry.objects.all())
    return said if len(said) >= count else []
