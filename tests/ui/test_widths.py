"""No page is wider than its window, whatever somebody named things."""

import uuid
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser

from agents.services import jobs, reruns
from projects import feed
from projects.enums import AuthorKind
from projects.services import changesets, files, projects
from tests.agents.services.test_comparisons import made
from tests.people import People
from tests.ui import story
from tests.ui.site import Site

pytestmark = pytest.mark.browser

LONG = "unbroken" * 10
NAMES = [f"{LONG} <script>alert(1)</script>", "مكتبة الأدوات", "🦊🏳️‍🌈"]
PATHS = [f"src/{LONG}.tsx", "مكتبة/صفحة.html", "a b/ü?#&%.html", "🦊/-rf.txt"]
WIDTHS = (320, 360, 768, 1280)


@pytest.fixture
def site(chromium: Browser, client: Client, people: People) -> Iterator[Site]:
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(reduced_motion="reduce")
    yield Site(context)
    context.close()


def _assert_fits(site: Site, path: str) -> None:
    page = site.open(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


@pytest.mark.parametrize("path", ["/", "/projects/", "/accounts/email/", "/gallery/"])
def test_pages_fit(site: Site, client: Client, people: People, path: str) -> None:
    people.owner.is_staff = True
    people.owner.save()
    for name in NAMES:
        projects.create(name=name, by=people.owner)
    site.fetch(client, path)
    _assert_fits(site, path)


def test_pages_of_files_fit(site: Site, client: Client, people: People) -> None:
    """However long a line, a name or what was looked for."""
    project = projects.create(name=NAMES[0], by=people.owner)
    main = files.branch_of(project)
    contents = {path: files.Content(LONG.encode() * 20 + b"\n<b>") for path in PATHS}
    files.save_all(main, contents.items(), by=people.owner, message=LONG)
    home = f"/p/{people.owner.handle}/{project.slug}/files/"
    query = urlencode({"path": PATHS[0]})
    places = (quote(PATHS[0]), "search/?q=unbroken", f"edit/?{query}", f"move/?{query}", "upload/", "new/", "?undo=1")
    for place in places:
        assert site.fetch(client, home + place) == 200
        _assert_fits(site, home + place)


def test_a_workbench_fits(site: Site, client: Client, people: People) -> None:
    project = projects.create(name=NAMES[0], by=people.owner)
    changeset = changesets.open(branch=project.branches.get(name="main"), author_kind=AuthorKind.USER, by=people.owner)
    for path in PATHS:
        changesets.stage(changeset, path, LONG.encode() * 20)
    changesets.apply(changeset, by=people.owner, message=LONG)
    for kind, payload in story.STORY:
        with transaction.atomic():
            feed.record(project, kind, story.hostile(payload), job_ref=uuid.UUID(story.JOB))
    home = f"/p/{people.owner.handle}/{project.slug}/"
    for address in (home, f"{home}files/", f"{home}files/{PATHS[0]}"):
        assert site.fetch(client, address) == 200
        _assert_fits(site, address)


def test_a_job_that_is_run_again_fits(site: Site, client: Client, people: People) -> None:
    text, model = LONG * 2, f"openrouter/{'x' * 100}"
    first = made(jobs.start(project=people.project, text=text, by=people.owner, model=model), LONG.encode() * 20)
    again = made(reruns.start(first, model=model, by=people.owner), b"two\n")
    home = f"/p/{people.owner.handle}/{people.project.slug}/"
    branch = again.branch.name
    for place in ("", f"?branch={branch}", f"jobs/{again.pk}/again/", f"jobs/{again.pk}/comparison/", "branches/"):
        assert site.fetch(client, home + place) == 200
        _assert_fits(site, home + place)
