"""What one sees of a long conversation: its end, until one looks elsewhere."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from projects import feed
from projects.models import Event
from tests.people import People
from tests.ui import story
from tests.ui.site import Site

pytestmark = pytest.mark.browser


def _record(people: People, kind: str, payload: dict[str, Any]) -> Event:
    with transaction.atomic():
        return feed.record(people.project, kind, payload, job_ref=uuid.UUID(story.JOB))


@pytest.fixture
def site(chromium: Browser, client: Client, people: People) -> Iterator[Site]:
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 700})
    yield Site(context)
    context.close()


@pytest.fixture
def bench(site: Site, client: Client, people: People) -> Page:
    for kind, payload in story.STORY[:19]:
        _record(people, kind, payload)
    path = f"/p/{people.owner.handle}/{people.project.slug}/"
    site.fetch(client, path)
    page = site.open(path)
    page.wait_for_selector("[data-live-seq]")
    return page


def test_its_end_is_in_view(bench: Page) -> None:
    expect(bench.locator(".chat > :not([hidden])").last).to_be_in_viewport()


@pytest.mark.parametrize(
    ("kind", "words"),
    [("job_completed", "Done"), ("job_cancelled", "Stopped"), ("job_failed", "The app does not run yet")],
)
def test_the_end_of_a_job_comes_into_view(site: Site, bench: Page, people: People, kind: str, words: str) -> None:
    site.push(_record(people, kind, story.told(kind)[0]))
    expect(bench.locator(".chat").get_by_text(words, exact=True)).to_be_in_viewport(ratio=1)


def test_who_looks_elsewhere_is_told_and_not_moved(site: Site, bench: Page, people: People) -> None:
    bench.set_viewport_size({"width": 1280, "height": 450})
    bench.locator("[data-follow]").evaluate("(box) => { box.scrollTop = 0; }")
    expect(bench.locator(".chat > *").first).to_be_in_viewport()
    # The browser tells of the scrolling a frame later.
    bench.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    site.push(_record(people, "job_completed", story.told("job_completed")[0]))
    expect(bench.get_by_role("button", name="Newest")).to_be_visible()
    expect(bench.locator(".chat").get_by_text("Done", exact=True)).not_to_be_in_viewport()
    bench.get_by_role("button", name="Newest").click()
    expect(bench.locator(".chat").get_by_text("Done", exact=True)).to_be_in_viewport()
