"""Generated code on its own origin, in a real browser, after the dashboard it is shown in."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.installation import Installation, wait_for
from tests.journeys.conftest import _FLAGS

pytestmark = pytest.mark.browser

# Each gives back what an attacker would have won; null is nothing.
ATTACKS = {
    "read the dashboard with its cookies": """async site => {
        try { return await (await fetch(site + '/projects/', {credentials: 'include'})).text() }
        catch { return null } }""",
    "post a wish without being asked": """async site => {
        await fetch(site + '/wish/', {method: 'POST', mode: 'no-cors', credentials: 'include',
            headers: {'content-type': 'application/x-www-form-urlencoded'}, body: 'wish=stolen'}).catch(() => 0);
        return null }""",
    "read its cookies": "async site => document.cookie || null",
    "frame the dashboard": """async site => {
        const frame = document.createElement('iframe'); frame.src = site + '/projects/';
        const done = new Promise(done => frame.onload = done); document.body.append(frame); await done;
        try { return frame.contentDocument && frame.contentDocument.body.innerText || null } catch { return null } }""",
    "look into the page around it": """async site => {
        try { return window.top === window ? null : window.top.document.title } catch { return null } }""",
    "listen to its feed": """site => new Promise(done => {
        const socket = new WebSocket(site.replace('http', 'ws') + '/live/projects/PROJECT/?after=0');
        socket.onmessage = said => done(said.data); socket.onclose = () => done(null) })""",
    "serve its scripts by a worker": """async site => {
        try { await navigator.serviceWorker.register(site + '/static/js/main.js'); return 'registered' }
        catch { return null } }""",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def owner(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    context = browser.new_context()
    jar = installation.client.cookies.jar
    context.add_cookies([{"name": each.name, "value": str(each.value), "url": installation.url} for each in jar])
    yield context
    context.close()


@pytest.fixture
def app(installation: Installation, project: str) -> str:
    [(label,)] = installation.rows("select label from sandboxes_sandbox order by created_at limit 1")
    return f"http://p-{label}.localhost:{installation.port}/"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_app_wins_nothing(owner: BrowserContext, installation: Installation, app: str, attack: str) -> None:
    before = installation.rows("select count(*) from projects_project")
    page = owner.new_page()
    page.goto(app)
    [(number,)] = installation.rows("select id from projects_project limit 1")
    attack = attack.replace("PROJECT", str(UUID(number)))
    assert page.evaluate(attack, installation.url) is None
    assert installation.rows("select count(*) from projects_project") == before


def test_a_cookie_of_an_app_never_reaches_the_dashboard(
    owner: BrowserContext, installation: Installation, app: str
) -> None:
    page = owner.new_page()
    page.goto(app)
    for domain in ("localhost", ".localhost", ""):
        wide = f"; domain={domain}" if domain else ""
        page.evaluate("cookie => { document.cookie = cookie }", f"djinn_session=forged; path=/{wide}")
        page.evaluate("cookie => { document.cookie = cookie }", f"=djinn_session=forged; path=/{wide}")
    sent = {each["name"]: each["value"] for each in owner.cookies(installation.url)}
    assert "forged" not in str(sent)
    page.goto(f"{installation.url}/projects/")
    assert page.url.endswith("/projects/")


def test_what_an_app_says_is_told_and_nobody_else_says_it_in_its_name(
    owner: BrowserContext, installation: Installation, app: str
) -> None:
    """Another page of the same browser, on another origin, says nothing in its name."""
    page = owner.new_page()
    page.goto(app)
    page.evaluate("console.error('told by the page')")
    query = "select title from sandboxes_consoleentry where title like 'told by%'"
    wait_for(lambda: installation.rows(query), seconds=20, what="the line to be kept")
    forged = """async ([place, own]) => {
        const entry = {source: 'console', level: 'error', text: 'told by another', stack: '', count: 1};
        const body = JSON.stringify({page: '/', tree: '', dropped: 0, entries: [entry]});
        const asked = {method: 'POST', mode: 'no-cors', body};
        for (const to of [place, own]) await fetch(to, asked).catch(() => 0) }"""
    other = f"http://127.0.0.1:{installation.port}/"
    elsewhere = owner.new_page()
    elsewhere.goto(f"{installation.url}/accounts/login/")
    elsewhere.evaluate(forged, [f"{other}__djinn/console", f"{app}__djinn/console"])
    assert installation.rows(query) == [("told by the page",)]


def test_an_app_in_the_workbench_can_neither_lead_it_away_nor_reach_into_it(
    owner: BrowserContext, installation: Installation, project: str
) -> None:
    page = owner.new_page()
    page.goto(installation.url + project)
    page.wait_for_selector("iframe")
    frame = next(each for each in page.frames if "//p-" in each.url)
    frame.wait_for_load_state()
    tried = "() => { try { window.top.location = 'http://127.0.0.1:9/' } catch { return 'refused' } return 'let' }"
    assert frame.evaluate(tried) == "refused"
    frame.evaluate("() => window.top.postMessage({type: 'navigate', url: 'javascript:1', html: '<b>x</b>'}, '*')")
    page.wait_for_function("() => document.readyState === 'complete'")
    assert page.url == installation.url + project
