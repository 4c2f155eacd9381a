"""“Mend it”, by the button of a card."""

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from agents.models import Job
from projects.services import branches, files
from tests.agents.views.conftest import HTMX
from tests.people import People

Browser = Callable[[str], Client]


def address(people: People) -> str:
    return reverse("agents:mend", args=[people.owner.handle, people.project.slug])


@pytest.fixture
def page(people: People) -> None:
    files.save(people.project.branches.get(), "index.html", b"<h1>Shelf</h1>", by=people.owner)


def test_with_scripts_the_feed_tells_the_rest(people: People, browser: Browser, page: None) -> None:
    assert browser("editor").post(address(people), headers=HTMX).status_code == 204
    assert [(job.kind, job.created_by) for job in Job.objects.all()] == [("repair", people.editor)]


def test_without_scripts_the_page_comes_again(people: People, browser: Browser, page: None) -> None:
    answer = browser("editor").post(address(people))
    assert answer.status_code == 302
    assert Job.objects.count() == 1


def test_an_impatient_finger_asks_once(people: People, browser: Browser, page: None) -> None:
    for _ in range(3):
        browser("editor").post(address(people), headers=HTMX)
    assert Job.objects.count() == 1


def test_a_page_has_its_own_branch_mended(people: People, browser: Browser, page: None) -> None:
    branches.create(people.project, "beside", by=people.owner)
    answer = browser("editor").post(address(people), {"branch": "beside"})
    assert answer.headers["Location"].endswith("?branch=beside")
    assert Job.objects.get().branch.name == "beside"
    assert browser("editor").post(address(people), {"branch": "gone"}).status_code == 404


def test_without_an_app_it_is_refused_in_words(people: People, browser: Browser) -> None:
    answer = browser("editor").post(address(people), headers=HTMX)
    assert (answer.status_code, answer.content.decode()) == (409, "There is no app yet that this could be done with.")
    told = get_messages(browser("editor").post(address(people)).wsgi_request)
    assert [str(one) for one in told] == ["There is no app yet that this could be done with."]
    assert not Job.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("anonymous", 302)])
def test_whoever_may_not_edit_asks_for_nothing(
    people: People, browser: Browser, page: None, role: str, status: int
) -> None:
    assert browser(role).post(address(people)).status_code == status
    assert not Job.objects.exists()
