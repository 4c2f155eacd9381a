"""Running installations of both shapes and a real Chromium for journeys."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.installation import installed
from tests.installations.scaled import scaled
from tests.installations.visited import Visited
from tests.services import engine
from tests.services.postgres import Postgres
from tests.services.redis import Redis

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Making vite's first page takes a while on two busy cores.
PATIENCE = 60_000
# A socket that is cut is opened again. A network of Docker's that comes or goes stops what Chromium is loading.
_NOT_OURS = ("WebSocket", "ERR_NETWORK_CHANGED")


# Not for longer than a module: Django refuses its database to a thread that runs a loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session", params=["embedded", "scaled"])
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """One of each shape for all journeys: each makes projects of its own."""
    shape = {"embedded": _embedded, "scaled": _scaled}[request.param]
    with shape(tmp_path_factory.mktemp(request.param) / "home") as one:
        yield one


@contextmanager
def _embedded(home: Path) -> Iterator[Visited]:
    with installed(home, DJINN_DEMO_PACE="0.1") as one:
        one.share_packages()
        one.up()
        yield one


@contextmanager
def _scaled(home: Path) -> Iterator[Visited]:
    with Postgres() as postgres, Redis() as redis:
        with scaled(home, postgres=postgres, redis=redis, engine=engine.OF_THE_MACHINE, DJINN_DEMO_PACE="0.1") as one:
            one.up()
            yield one


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens browsers that nobody is signed in with; what a page's own console complains of fails the journey."""
    complaints: list[str] = []
    contexts = []

    def complain(said: ConsoleMessage) -> None:
        """An app's own words, on its own origin, are not ours."""
        if said.type == "error" and not said.location["url"].startswith("http://p-"):
            complaints.append(said.text)

    def open_page(**options: object) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", complain)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in complaints if not any(word in one for word in _NOT_OURS)] == []


@pytest.fixture
def signed_in(stranger: Callable[..., Page], installation: Visited) -> Callable[..., Page]:
    """Opens browsers of the local owner, each at the start page."""

    def open_page(**options: object) -> Page:
        page = stranger(**options)
        for cookie in installation.client.cookies.jar:
            page.context.add_cookies([{"name": cookie.name, "value": str(cookie.value), "url": installation.url}])
        page.goto(installation.url)
        return page

    return open_page


@pytest.fixture
def page(signed_in: Callable[..., Page]) -> Page:
    return signed_in()
