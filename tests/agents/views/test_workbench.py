"""The workbench page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.services import jobs
from projects import feed
from projects.services import projects
from tests.people import People

Browser = Callable[[str], Client]


def address(people: People) -> str:
    return reverse("agents:workbench", args=[people.owner.handle, people.project.slug])


@pytest.mark.parametrize(("role", "may_write"), [("owner", True), ("editor", True), ("viewer", False)])
def test_members_see_the_conversation_and_only_some_may_write(
    people: People, browser: Browser, role: str, may_write: bool
):
    jobs.start(project=people.project, text="A <b>shelf</b>", by=people.owner)
    answer = browser(role).get(address(people))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "A &lt;b&gt;shelf" in text
    assert ('name="text"' in text) == may_write
    assert answer.context["last_seq"] == feed.last_seq(people.project.pk)
    assert answer.context["running"] is True


@pytest.mark.parametrize(("role", "status"), [("stranger", 404), ("anonymous", 302)])
def test_others_do_not(people: People, browser: Browser, role: str, status: int):
    assert browser(role).get(address(people)).status_code == status


def test_an_archived_project_can_be_looked_at(people: People, browser: Browser):
    projects.archive(people.project, by=people.owner)
    answer = browser("owner").get(address(people))
    assert (answer.status_code, answer.context["can_edit"]) == (200, False)


def test_a_page_is_not_posted(people: People, browser: Browser):
    assert browser("owner").post(address(people)).status_code == 405


@pytest.mark.parametrize(("role", "status"), [("owner", 302), ("anonymous", 302), ("staff", 200)])
def test_the_gallery_is_for_staff(people: People, browser: Browser, role: str, status: int):
    if role == "staff":
        people.owner.is_staff = True
        people.owner.save(update_fields=["is_staff"])
    assert browser("owner" if role == "staff" else role).get(reverse("agents:gallery")).status_code == status
