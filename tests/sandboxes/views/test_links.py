"""Links to a preview: the page, and the dialog of the workbench."""

import re

import pytest
from django.test import Client

from projects.models import User
from projects.services import branches
from sandboxes.models import ShareLink
from sandboxes.services import links
from tests import people as people_of_tests
from tests.people import People

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def page(people: People) -> str:
    return f"/p/{people.owner.handle}/{people.project.slug}/share/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def given(html: str) -> list[str]:
    return re.findall(r'value="(http://p-\S+/__djinn/share\?link=\S+)"', html)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "dialog"])
def test_a_link_is_shown_once(people: People, page: str, headers: dict[str, str]) -> None:
    client = signed_in(people.editor)
    made = client.post(page, {"days": "30", "branch": "main"}, headers=headers)
    assert made.status_code == 200
    assert len(given(made.content.decode())) == 1
    assert "no-store" in made.headers["Cache-Control"]
    again = client.get(page, headers=headers).content.decode()
    assert given(again) == []
    assert ("never opened" in again, "by Editor" in again, "<html" in again) == (True, True, not headers)
    assert ShareLink.objects.get().expires_at is not None


def test_without_a_time_it_lasts_until_it_is_taken_back(people: People, page: str) -> None:
    signed_in(people.owner).post(page, {"days": ""})
    assert ShareLink.objects.get().expires_at is None


@pytest.mark.parametrize("days", ["2", "x", "-1", "\u0661", "7 "])
def test_a_time_that_is_not_offered_is_refused(people: People, page: str, days: str) -> None:
    client = signed_in(people.owner)
    assert client.post(page, {"days": days}).status_code == 422
    part = client.post(page, {"days": days}, headers=HTMX)
    assert (part.status_code, "A link lasts" in part.content.decode()) == (200, True)
    assert not ShareLink.objects.exists()


def test_a_link_is_taken_back(people: People, page: str) -> None:
    client = signed_in(people.editor)
    for headers, status in (({}, 302), (HTMX, 200)):
        link, _ = links.make(people.main, days=1, by=people.owner)
        answer = client.post(f"{page}{link.pk}/revoke/", {"branch": "main"}, headers=headers)
        assert answer.status_code == status
        assert not ShareLink.objects.exists()
        again = client.post(f"{page}{link.pk}/revoke/", {"branch": "main"}, headers=headers, follow=True)
        assert "taken back meanwhile" in again.content.decode()


def test_what_is_over_says_so(people: People, page: str) -> None:
    links.make(people.main, days=1, by=people.owner)
    client = signed_in(people.owner)
    assert "<b>Over</b>" not in client.get(page).content.decode()
    ShareLink.objects.update(created_by=people.stranger)
    assert "<b>Over</b>" in client.get(page).content.decode()


def test_a_branch_has_links_of_its_own(people: People, page: str) -> None:
    branches.create(people.project, "idea", by=people.owner)
    client = signed_in(people.owner)
    client.post(page, {"days": "1", "branch": "idea"})
    link = ShareLink.objects.get()
    assert link.sandbox.branch.name == "idea"
    assert "never opened" in client.get(f"{page}?branch=idea").content.decode()
    assert "never opened" not in client.get(page).content.decode()
    assert client.get(f"{page}?branch=nowhere").status_code == 404
    left = client.post(f"{page}{link.pk}/revoke/", {"branch": "idea"})
    assert left.headers["Location"] == f"{page}?branch=idea"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
def test_who_may_not_share_sees_no_links(people: People, page: str, role: str, status: int) -> None:
    link, _ = links.make(people.main, days=1, by=people.owner)
    client = signed_in(people.by_role(role))
    assert client.get(page).status_code == status
    assert client.post(page, {"days": "1"}).status_code == status
    assert client.post(f"{page}{link.pk}/revoke/").status_code == status
    assert ShareLink.objects.count() == 1
