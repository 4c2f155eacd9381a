"""What it costs follows the choice beside it, and nothing moves when it does."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from projects.services import files
from tests.people import People
from tests.ui.site import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
def test_the_line_beside_the_composer_changes_in_its_place(
    chromium: Browser, client: Client, people: People, settings, width: int
) -> None:
    settings.DJINN_MODEL, settings.MODEL_CHOICES = "anthropic/claude-sonnet-4-5", ["demo"]
    settings.MODEL_OF_STEP, settings.JOB_BUDGET, settings.DJINN_API_BASE = {}, 0, ""
    files.save(people.main, "a.txt", b"a", by=people.owner)
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(viewport={"width": width, "height": 800})
    site, path = Site(context), f"/p/{people.owner.handle}/night-garden/"
    for query in ("model=&talk=on", "model=demo&talk=on"):
        site.fetch(client, f"{path}estimate/?{query}", as_fragment=True)
    site.fetch(client, path)
    page = site.open(path)
    line, composer = page.locator("#estimate"), page.locator(".composer")
    expect(line).to_have_text("$1.15 at most for each call")
    before = composer.bounding_box()
    page.get_by_label("Only answer").check()
    expect(line).to_have_text("$1.15 at most")
    page.get_by_label("Model").select_option("demo")
    expect(line).to_have_text("Free of charge")
    assert composer.bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
