"""The workbench page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.services import jobs
from projects import feed
from projects.services import branches, files, projects
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


def test_a_page_of_a_branch_shows_what_was_said_and_done_there(people: People, browser: Browser):
    night = branches.create(people.project, "night", by=people.owner)
    files.save(night, "moon.txt", b"full", by=people.owner)
    jobs.start(project=people.project, text="By day", by=people.owner)
    jobs.start(project=people.project, branch=night, text="By night", by=people.owner)
    page = browser("owner").get(f"{address(people)}?branch=night")
    text = page.content.decode()
    assert ("By night" in text, "By day" in text, "moon.txt" in text) == (True, False, True)
    assert page.context["feed_path"] == f"/live/projects/{people.project.pk}/?branch={night.pk}"
    assert f'action="{address(people)}messages/?branch=night"' in text
    text = browser("owner").get(address(people)).content.decode()
    assert ("By night" in text, "By day" in text, "moon.txt" in text) == (False, True, False)


def test_a_page_of_a_branch_that_is_not_there_is_none(people: People, browser: Browser):
    assert browser("owner").get(f"{address(people)}?branch=night").status_code == 404
