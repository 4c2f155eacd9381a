"""axe finds nothing on any page, in light and in dark."""

import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client, override_settings
from playwright.sync_api import Browser

from agents.services import jobs, reruns
from config import refusals
from projects import feed
from projects.enums import AuthorKind
from projects.models import Project
from projects.services import changesets, invitations, projects
from tests.agents import planned
from tests.agents.services.test_comparisons import made
from tests.people import People
from tests.ui import axe, story
from tests.ui.site import Site

pytestmark = pytest.mark.browser

BACKEND = "django.contrib.auth.backends.ModelBackend"
OUTSIDE = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
INSIDE = [
    *("/", "/projects/", "/gallery/", "/nothing/"),
    *("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"),
    *("/accounts/tokens/", "/accounts/sessions/", "/accounts/2fa/"),
]


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield Site(context)
    context.close()


def _look(site: Site, client: Client, path: str) -> list[str]:
    assert site.fetch(client, path) in {200, 404}
    return [f"{path} {found}" for found in axe.violations(site.open(path))]


@pytest.mark.django_db
@override_settings(SIGNUP_OPEN=True)
def test_pages_of_the_way_in(site: Site, client: Client) -> None:
    assert [found for path in OUTSIDE for found in _look(site, client, path)] == []


@pytest.mark.django_db
@override_settings(SIGNUP_OPEN=False)
def test_a_closed_door(site: Site, client: Client) -> None:
    assert _look(site, client, "/accounts/signup/") == []


def test_pages_of_somebody_signed_in(site: Site, client: Client, people: People) -> None:
    people.owner.is_staff = True
    people.owner.save()
    client.force_login(people.owner, backend=BACKEND)
    assert [found for path in INSIDE for found in _look(site, client, path)] == []


def test_a_first_password(site: Site, client: Client, people: People) -> None:
    people.owner.set_unusable_password()
    people.owner.save()
    client.force_login(people.owner, backend=BACKEND)
    assert _look(site, client, "/accounts/password/set/") == []


def test_pages_of_what_went_wrong(site: Site) -> None:
    for number in refusals.WORDS:
        site.put(f"/{number}", refusals.page(number))
        assert axe.violations(site.open(f"/{number}")) == [], number


def test_a_plan_that_waits_to_be_looked_at(site: Site, client: Client, people: People) -> None:
    job = planned.wait(people.project, people.owner)
    client.force_login(people.owner, backend=BACKEND)
    workbench = f"/p/{people.owner.handle}/{people.project.slug}/"
    assert [found for path in ("", f"jobs/{job.pk}/plan/") for found in _look(site, client, workbench + path)] == []


def test_a_job_that_is_run_again_and_both_compared(site: Site, client: Client, people: People) -> None:
    first = made(jobs.start(project=people.project, text="A shelf", by=people.owner), b"one\n")
    again = made(reruns.start(first, model="demo", by=people.owner), b"two\n")
    client.force_login(people.owner, backend=BACKEND)
    workbench = f"/p/{people.owner.handle}/{people.project.slug}/"
    places = ("", "?branch=again-demo-1", f"jobs/{again.pk}/again/", f"jobs/{again.pk}/comparison/")
    assert [found for path in places for found in _look(site, client, workbench + path)] == []


# The story as far as it goes: an empty project, one at work, one that failed, and all of it.
@pytest.mark.parametrize("end", [0, 14, 23, len(story.STORY)])
def test_the_workbench(site: Site, client: Client, people: People, end: int) -> None:
    _live(people.project, end)
    client.force_login(people.owner, backend=BACKEND)
    path = f"/p/{people.owner.handle}/{people.project.slug}/"
    assert _look(site, client, path) == []
    site.page.click("#tab-plan")
    site.page.click("#tab-files")
    assert axe.violations(site.page) == []


def test_the_files(site: Site, client: Client, people: People) -> None:
    _write(people, "src/app.css", "src/app.js")
    client.force_login(people.owner, backend=BACKEND)
    path = f"/p/{people.owner.handle}/{people.project.slug}/"
    assert _look(site, client, f"{path}files/") == []
    assert _look(site, client, f"{path}files/src/app.js") == []
    site.fetch(client, f"{path}files/src/app.js", as_fragment=True)
    assert _look(site, client, path) == []
    site.page.click("#tab-files")
    site.page.click("[data-path='src/app.js'] .node")
    site.page.wait_for_selector(".editor")
    assert axe.violations(site.page) == []


def test_settings_members_and_an_invitation(site: Site, client: Client, people: People) -> None:
    link = invitations.invite(people.project, email="new@example.org", role="viewer", by=people.owner).link
    client.force_login(people.owner, backend=BACKEND)
    path = f"/p/{people.owner.handle}/{people.project.slug}/settings/"
    pages = [path, f"{path}members/", "/" + link.partition("://")[2].partition("/")[2]]
    assert [found for page in pages for found in _look(site, client, page)] == []
    projects.archive(people.project, by=people.owner)
    assert _look(site, client, path) == []


def test_what_is_shown_once(site: Site, client: Client, people: People) -> None:
    for path, body in (
        ("/accounts/tokens/", {"name": "x", "scopes": ["read"]}),
        (f"/p/{people.owner.handle}/{people.project.slug}/settings/members/", {"email": "a@b.org", "role": "viewer"}),
    ):
        client.post("/accounts/login/", {"login": people.owner.email, "password": "a good password"})
        client.post("/accounts/reauthenticate/", {"password": "a good password"})
        site.put("/once", client.post(path, body).content.decode())
        page = site.open("/once")
        assert page.locator(".once code").count() == 1
        assert axe.violations(page) == []


def _live(project: Project, end: int) -> None:
    for kind, payload in story.STORY[:end]:
        with transaction.atomic():
            feed.record(project, kind, payload, job_ref=uuid.UUID(story.JOB))


def _write(people: People, *paths: str) -> None:
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    for path in paths:
        changesets.stage(changeset, path, b"one\ntwo\n")
    changesets.apply(changeset, by=people.owner, message="Files")
