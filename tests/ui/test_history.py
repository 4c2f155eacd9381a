"""Changes, history and branches as they are seen and used."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from projects.models import Event
from projects.services import files
from tests.people import People
from tests.ui import axe, history
from tests.ui.site import Site

pytestmark = pytest.mark.browser

WIDTHS = (320, 1280)


@pytest.fixture
def home(people: People, client: Client) -> str:
    history.make(people)
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    return f"/p/{people.owner.handle}/{people.project.slug}/"


@pytest.fixture(params=["light", "dark"])
def site(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(reduced_motion="reduce", color_scheme=request.param)
    yield Site(context)
    context.close()


def test_every_page_fits_and_can_be_read_by_everybody(site: Site, client: Client, people: People, home: str) -> None:
    waiting, clashing = history.waiting(people), history.clashing(people)
    pages = (
        "changes/",
        f"changes/{waiting.pk}/",
        f"changes/{clashing.pk}/",
        f"changes/{waiting.pk}/edit/?path=index.html",
        "history/",
        "history/2/",
        "history/compare/?before=1&after=5",
        "branches/",
        "branches/compare/?source=ideas/moonlight&into=main",
    )
    for path in pages:
        assert site.fetch(client, home + path) == 200
        page = site.open(home + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert axe.violations(page) == [], path


def test_a_new_version_stands_first_on_the_open_page(site: Site, client: Client, people: People, home: str) -> None:
    site.fetch(client, f"{home}history/")
    page = site.open(f"{home}history/")
    rows = page.locator('[data-region="history"] > li')
    expect(rows).to_have_count(3)
    made = files.save(people.main, "notes.txt", b"Prune.\n", by=people.editor)
    site.push(Event.objects.filter(kind="changeset_applied").order_by("-seq")[0])
    expect(rows).to_have_count(4)
    expect(rows.first).to_have_id(f"history-{made.number}")
    expect(rows.first).to_contain_text("Edit notes.txt")
