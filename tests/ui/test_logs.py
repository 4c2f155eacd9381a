"""The page of logs: it fits and can be read by everybody, whatever an app writes."""

import math
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from projects.services import branches, files
from sandboxes.enums import CommandKind, CommandState
from sandboxes.models import Command, Sample
from sandboxes.services import sandboxes
from tests.people import People
from tests.ui import axe
from tests.ui.site import Site

pytestmark = pytest.mark.browser
WIDTHS = (320, 360, 768, 1280)


@pytest.fixture
def home(people: People, client: Client) -> str:
    files.save(people.main, "requirements.txt", b"flask\n", by=people.owner)
    branches.create(people.project, "ideas/moonlight", by=people.owner)
    sandbox, now = sandboxes.for_branch(people.main), timezone.now()
    ended = {"sandbox": sandbox, "state": CommandState.FINISHED, "finished_at": now}
    lines = [f'127.0.0.1 - - "GET /books/{number} HTTP/1.1" 200 -' for number in range(40)]
    output = "\n".join(
        [*lines, "Traceback (most recent call last):", "  " + "unbroken" * 60, "<script>alert(1)</script>"]
    )
    Command.objects.create(kind=CommandKind.SERVE, title="Start the app's server", output=output, exit_code=1, **ended)
    Command.objects.create(kind=CommandKind.TOOL, title="npm run " + "unbroken" * 13, exit_code=0, **ended)
    Command.objects.create(kind=CommandKind.CHECK, title="Check the types", **ended)
    for number in range(200):
        values = {"memory_bytes": int(90e6 * (2 + math.sin(number / 9))), "cpu_share": abs(math.sin(number / 5)) / 3}
        values |= {"disk_bytes": 1, "processes": 3, "cpu_seconds": 1.0}
        Sample.objects.create(sandbox=sandbox, taken_at=now - timedelta(minutes=number), box="a", **values)
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    return f"/p/{people.owner.handle}/{people.project.slug}/logs/"


@pytest.fixture(params=["light", "dark"])
def site(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(reduced_motion="reduce", color_scheme=request.param)
    yield Site(context)
    context.close()


@pytest.mark.parametrize("query", ["", "?words=unbroken", "?words=nothing", "?branch=ideas/moonlight"])
def test_it_fits_and_can_be_read_by_everybody(site: Site, client: Client, home: str, query: str) -> None:
    assert site.fetch(client, home + query) == 200
    page = site.open(home + query)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (query, width)
    assert axe.violations(page) == []


def test_a_search_needs_no_script(site: Site, client: Client, home: str) -> None:
    found = f"{home}?branch=main&command={Command.objects.get(kind='serve').pk}&words=traceback"
    for path in (home, found):
        site.fetch(client, path)
    page = site.open(home)
    page.get_by_label("Lines that say").fill("traceback")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("1 of 43 lines").wait_for()
    assert page.locator("pre.log").inner_text().strip() == "Traceback (most recent call last):"
