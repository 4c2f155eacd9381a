"""Two previews in one real browser, beside the dashboard: what one of them can learn of the others."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.installation import Installation
from tests.journeys.conftest import _FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

_MAKE = """
import json
from projects.models import User
from projects.services import files, projects
from sandboxes.services import links, sandboxes
owner = User.objects.filter(is_superuser=True).earliest("pk")
found = []
for name in ("Hostile", "Victim"):
    project = projects.create(name=name, by=owner)
    branch = project.branches.get()
    page = f"<!doctype html><title>{name}</title><p>words of {name}</p>"
    files.save(branch, "index.html", page.encode(), by=owner)
    sandbox = sandboxes.for_branch(branch)
    found.append([str(sandbox.pk), sandboxes.preview_url(sandbox), links.make(branch, days=1, by=owner).address])
print(json.dumps(found))
"""

_READ = """async url => {
    try { return await (await fetch(url, {credentials: 'include'})).text() } catch { return null } }"""
_SEND = """async url => {
    try { return (await fetch(url, {credentials: 'include', mode: 'no-cors'})).type } catch { return 'failed' } }"""


@dataclass(frozen=True)
class App:
    door: str
    url: str
    link: str


@pytest.fixture(scope="module")
def apps(installation: Installation) -> tuple[App, App]:
    made = json.loads(installation.script(_MAKE))
    hostile, victim = (App(f"{installation.url}/previews/{pk}/", url, link) for pk, url, link in made)
    return hostile, victim


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def owner(stranger: BrowserContext, installation: Installation) -> BrowserContext:
    jar = installation.client.cookies.jar
    stranger.add_cookies([{"name": each.name, "value": str(each.value), "url": installation.url} for each in jar])
    return stranger


def at(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def framed(page: Page, address: str) -> str:
    """What a frame of this page shows of that address."""
    page.evaluate(
        """address => new Promise(done => {
            const frame = document.createElement('iframe');
            frame.onload = frame.onerror = done; frame.src = address; document.body.append(frame) })""",
        address,
    )
    frame = page.frames[-1]
    return "" if frame.url.startswith("chrome-error:") else frame.locator("body").inner_text()


def test_a_stranger_is_shown_that_it_is_private_and_by_a_link_the_app(
    stranger: BrowserContext, apps: tuple[App, App]
) -> None:
    _, victim = apps
    page = stranger.new_page()
    answer = page.goto(victim.url)
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", name="This preview is private")).to_be_visible()
    way = page.get_by_role("link", name="Open it as somebody of the project").get_attribute("href")
    label = victim.url.partition("//p-")[2].partition(".")[0]
    assert way == f"{victim.door.rpartition('/previews/')[0]}/previews/{label}/?to=%2F"
    page.goto(victim.link)
    assert (page.url, page.title()) == (victim.url, "Victim")
    page.reload()
    assert page.title() == "Victim"


def test_the_frame_of_the_workbench_has_a_cookie_of_its_own(
    owner: BrowserContext, installation: Installation, project: str
) -> None:
    """Partitioned: it is sent in that frame alone, and to no script. A tab gets another."""
    page = at(owner, installation.url + project)
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).not_to_be_empty()
    expect(frame.get_by_text("This preview is private")).to_have_count(0)
    inside = next(each for each in page.frames if "//p-" in each.url)
    assert "__djinn" not in inside.url
    assert "djinn" not in inside.evaluate("document.cookie")
    assert "pass=" not in inside.evaluate("document.referrer + JSON.stringify(performance.getEntries())")
    kept = [each for each in owner.cookies() if each["name"] == "__Host-djinn_preview"]
    assert [(each["httpOnly"], each["secure"], each.get("partitionKey")) for each in kept] == [
        (True, True, "http://localhost")
    ]
    assert inside.evaluate("async () => (await fetch('/', {cache: 'no-store'})).status") == 200
    alone = owner.new_page()
    refused = alone.goto(inside.url)
    assert refused is not None
    assert refused.status == 403


def test_one_preview_learns_nothing_of_another(owner: BrowserContext, apps: tuple[App, App]) -> None:
    hostile, victim = apps
    other = at(owner, victim.door)
    assert other.title() == "Victim"
    other.evaluate(
        """() => { document.cookie = 'told=secret; path=/'; document.cookie = 'wide=secret; path=/; domain=localhost';
            localStorage.setItem('told', 'secret'); sessionStorage.setItem('told', 'secret');
            return caches.open('told').then(one => one.put('/told', new Response('secret'))) }"""
    )
    page = at(owner, hostile.door)
    assert page.title() == "Hostile"
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("[localStorage.getItem('told'), sessionStorage.getItem('told')]") == [None, None]
    assert page.evaluate("caches.keys()") == []
    for address in (victim.url, victim.door):
        assert page.evaluate(_READ, address) is None
    assert page.evaluate(_SEND, victim.url) in {"failed", "opaque"}
    with page.expect_popup() as opening:
        page.evaluate("url => { window.other = window.open(url) }", victim.url)
    opening.value.wait_for_load_state()
    reach = "() => { try { return window.other.document.body.innerText } catch { return null } }"
    assert page.evaluate(reach) is None


@pytest.mark.parametrize("what", ["its address", "its door", "its link"])
def test_one_preview_frames_no_other(owner: BrowserContext, apps: tuple[App, App], what: str) -> None:
    hostile, victim = apps
    at(owner, victim.door)
    page = at(owner, hostile.door)
    address = {"its address": victim.url, "its door": victim.door, "its link": victim.link}[what]
    assert framed(page, address) == ""


@pytest.mark.parametrize("path", ["/", "/projects/", "/accounts/login/", "/admin/", "/api/v2/openapi.json", "/nowhere"])
def test_the_dashboard_is_framed_by_nobody(
    owner: BrowserContext, installation: Installation, apps: tuple[App, App], path: str
) -> None:
    hostile, _ = apps
    page = at(owner, hostile.door)
    assert framed(page, installation.url + path) == ""


def test_a_cookie_that_one_preview_plants_does_not_keep_people_out_of_another(
    owner: BrowserContext, apps: tuple[App, App]
) -> None:
    hostile, victim = apps
    page = at(owner, hostile.door)
    plant = """() => { for (const name of ['djinn_preview', '__Host-djinn_preview'])
        for (const domain of ['', 'localhost', '.localhost', location.hostname])
            document.cookie = `${name}=planted; path=/; ${domain && 'domain=' + domain}` }"""
    page.evaluate(plant)
    assert page.reload() is not None
    assert page.title() == "Hostile"
    assert at(owner, victim.door).title() == "Victim"
    assert "planted" not in str(owner.cookies(victim.url))


def test_a_worker_of_an_app_serves_nobody_elses_pages(owner: BrowserContext, apps: tuple[App, App]) -> None:
    """Nor may it be registered from where nothing of it is served."""
    hostile, _ = apps
    page = at(owner, hostile.door)
    register: Callable[[str], object] = lambda place: page.evaluate(  # noqa: E731
        "place => navigator.serviceWorker.register(place, {scope: '/'}).then(() => 'registered', () => null)", place
    )
    assert register("/__djinn/enter") is None
    assert register(apps[1].url) is None
