"""Imports, forks and remotes: axe finds nothing, in light and in dark, and nothing is wider than its page."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser

from agents.lifecycle import failures, leases, moves
from agents.services import chores
from projects.services import remotes
from tests.people import People
from tests.projects.imports.zips import make
from tests.ui import axe
from tests.ui.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

HOME = "/p/owner/night-garden/"
LONG = "unbroken" * 25


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield Site(context)
    context.close()


@pytest.fixture
def owner(client: Client, people: People) -> Client:
    """With a remote whose push failed in many words."""
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    url = f"https://git.example.com/{LONG}/b.git"
    remote = remotes.add(people.project, name="origin", url=url, by=people.owner, is_automatic=True)
    lease = leases.claim(chores.push(remote, by=people.owner).pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.note(held, LONG * 2)
        moves.fail(held, failures.Failure("auth", LONG, user_action=LONG))
    return client


def faults(site: Site, path: str) -> list[str]:
    page = site.open(path)
    found = [f"{path} {fault}" for fault in axe.violations(page)]
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 760})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} is wider than {width}")
    return found


def test_every_page_fits_and_can_be_used_by_everybody(site: Site, owner: Client, people: People) -> None:
    one = f"{HOME}settings/remotes/{people.project.remotes.get().pk}/"
    pages = ("/import/", f"{HOME}import/", f"{HOME}fork/", f"{HOME}settings/remotes/", one, HOME)
    for path in pages:
        assert site.fetch(owner, path) == 200
    assert [fault for path in pages for fault in faults(site, path)] == []


def test_a_list_of_what_is_wrong_fits(site: Site, owner: Client) -> None:
    zipped = make(*((f"/{LONG}{number}", b"") for number in range(120)))
    answer = owner.post("/import/file/", {"file": SimpleUploadedFile("x.zip", zipped.getvalue())})
    assert answer.status_code == 422
    site.put("/refused", answer.content.decode())
    assert faults(site, "/refused") == []
