"""Sharing the preview, in a real browser: a dialog over the workbench, and a page without scripts."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, expect

from projects import feed
from sandboxes.models import ShareLink
from sandboxes.services import sandboxes
from tests.people import People
from tests.ui import axe
from tests.ui.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield Site(context)
    context.close()


def bench(site: Site, client: Client, people: People, role: str) -> str:
    """The workbench of somebody, with an app that runs."""
    client.force_login(people.by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    sandbox = sandboxes.for_branch(people.main)
    told = {"sandbox": str(sandbox.pk), "url": sandboxes.preview_url(sandbox), "stack": "static"}
    with transaction.atomic():
        payload = {**told, "version": 1, "isolation": ""}
        feed.record(people.project, "preview_ready", payload, branch_id=people.main.pk)
    home = f"/p/{people.owner.handle}/{people.project.slug}/"
    site.fetch(client, home)
    return home


def test_a_link_is_made_in_a_dialog_and_gone_from_it_when_it_is_closed(
    site: Site, client: Client, people: People
) -> None:
    home = bench(site, client, people, "editor")
    site.fetch(client, f"{home}share/", as_fragment=True)
    page = site.open(home)
    page.wait_for_selector("[data-live-seq]")
    page.get_by_role("link", name="Share the preview").click()
    dialog = page.get_by_role("dialog", name="Share the preview")
    expect(dialog.get_by_label("Anybody with the link sees the app, for")).to_have_value("7")
    assert axe.violations(page) == []
    made = client.post(f"{home}share/", {"days": "7", "branch": "main"}, headers={"hx-request": "true"})
    site.put(f"{home}share/", made.content.decode())
    dialog.get_by_role("button", name="Make a link").click()
    address = dialog.get_by_label("Address of the new link")
    assert "/__djinn/share?link=" in address.input_value()
    expect(dialog.get_by_role("list", name="Links").get_by_role("listitem")).to_have_count(1)
    assert axe.violations(page) == []
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#share-view")).to_be_empty()
    assert ShareLink.objects.count() == 1


def test_whoever_may_only_look_is_offered_none(site: Site, client: Client, people: People) -> None:
    page = site.open(bench(site, client, people, "viewer"))
    expect(page.get_by_role("link", name="Open in a tab")).to_be_visible()
    expect(page.get_by_role("link", name="Share the preview")).to_be_hidden()


def test_the_frame_and_the_tab_go_through_the_door(site: Site, client: Client, people: People) -> None:
    home = bench(site, client, people, "owner")
    sandbox = sandboxes.for_branch(people.main)
    page = site.open(home)
    page.wait_for_selector("[data-live-seq]")
    door = f"/previews/{sandbox.pk}/"
    expect(page.locator("iframe")).to_have_attribute("src", door)
    expect(page.get_by_role("link", name="Open in a tab")).to_have_attribute("href", door)
    page.get_by_label("Address in the app").fill("/about?a=1&b=%2F#here")
    page.get_by_label("Address in the app").press("Enter")
    asked = f"http://localhost:8000{door}?to=%2Fabout%3Fa%3D1%26b%3D%252F#here"
    expect(page.locator("iframe")).to_have_attribute("src", asked)
    expect(page.get_by_role("link", name="Open in a tab")).to_have_attribute("href", asked)
    page.get_by_label("Address in the app").fill("https://evil.test/x")
    page.get_by_label("Address in the app").press("Enter")
    expect(page.locator("iframe")).to_have_attribute("src", f"http://localhost:8000{door}?to=%2F")
