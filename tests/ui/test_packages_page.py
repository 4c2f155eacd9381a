"""The page of an app's packages as it is seen and used: every state at every width, and an install live."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect

from agents.models import Job
from agents.services import packages
from projects import feed
from projects.models import Event
from projects.services import files
from sandboxes.models import Command, PackageReport, Sandbox
from sandboxes.runtime import commands
from sandboxes.services import sandboxes
from tests.people import People
from tests.ui import axe
from tests.ui.site import Site

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 1280)
LIST = b"""{
  "name": "tool-library",
  "dependencies": {
    "@a-scope-of-some-length/a-package-with-quite-a-long-name-that-has-to-break-somewhere": "^1.0.0",
    "react": "^19.0.0",
    "zod": "4.1.0"
  },
  "devDependencies": {
    "vite": "^6.0.0"
  }
}
"""
WEAK = {
    "name": "zod", "severity": "high", "title": "Parsing takes long for hostile words", "url": "https://a.example/1",
    "versions": "<4.1.2", "fix": "4.1.2",
}  # fmt: skip


@pytest.fixture
def home(people: People, client: Client) -> str:
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    return f"/p/{people.owner.handle}/{people.project.slug}/packages/"


@pytest.fixture(params=["light", "dark"])
def site(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(reduced_motion="reduce", color_scheme=request.param)
    yield Site(context)
    context.close()


def full(people: People) -> Sandbox:
    """An app with a list, an answer of the registry, and an install that failed."""
    files.save(people.main, "package.json", LIST, by=people.owner)
    sandbox, now = sandboxes.for_branch(people.main), timezone.now()
    PackageReport.objects.create(
        sandbox=sandbox, asked_at=now, answered_at=now, newest={"zod": "4.1.2", "react": "19.3.1"}, weaknesses=[WEAK],
        problems=["The registry did not say which versions are the newest."],
    )  # fmt: skip
    packages.add(people.main, ["no-such-package"], by=people.owner)
    Command.objects.create(
        sandbox=sandbox, kind="install", title="Install no-such-package", state="finished", exit_code=1,
        finished_at=now, output="npm error code E404\nnpm error 404 Not Found - GET /no-such-package " + "x" * 300,
    )  # fmt: skip
    return sandbox


def looked_at(site: Site, client: Client, path: str, name: str) -> None:
    assert site.fetch(client, path) == 200
    page = site.open(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    assert axe.violations(page) == [], name


def test_every_state_fits_and_can_be_read_by_everybody(site: Site, client: Client, people: People, home: str) -> None:
    looked_at(site, client, home, "none")
    files.save(people.main, "package.json", b"{}", by=people.owner)
    looked_at(site, client, home, "empty")
    full(people)
    looked_at(site, client, home, "at work")
    Job.objects.all().delete()
    looked_at(site, client, home, "failed")


def test_an_install_is_seen_while_it_runs(site: Site, client: Client, people: People, home: str) -> None:
    files.save(people.main, "package.json", LIST, by=people.owner)
    sandbox = sandboxes.for_branch(people.main)
    command = commands.begin(sandbox, ("npm",), kind="install", title="Install zod", job_ref=None)  # type: ignore[arg-type]  # the word itself
    site.fetch(client, home)
    page = site.open(home)
    work = page.locator("#package-work")
    expect(work.locator("details")).to_have_attribute("data-state", "run")
    assert site.socket is not None
    site.socket.send(f'{{"hint": {{"type": "log_line", "command": "{command.pk}", "text": "added 1 package"}}}}')
    expect(work.locator("[data-log]")).to_contain_text("added 1 package")
    commands.finish(command, exit_code=0, tail="added 1 package\nand that is all")
    site.fetch(client, home)
    [ended] = Event.objects.filter(kind="command_finished").select_related("branch")
    assert feed.last_seq(people.project.pk) == ended.seq
    site.push(ended)
    expect(work.locator("[data-log]")).to_contain_text("and that is all")
    expect(work.locator("details")).to_have_attribute("data-state", "ok")
