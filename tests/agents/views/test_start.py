"""The start page: a wish, the examples, and one's projects."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Job
from agents.models.sessions import MOST_TEXT
from agents.recordings import catalogue
from projects.models import Project
from projects.services import projects
from tests.people import People

Browser = Callable[[str], Client]


def test_nobody_is_welcomed(people: People, browser: Browser):
    answer = browser("anonymous").get("/")
    assert answer.status_code == 200
    assert 'name="wish"' not in answer.content.decode()


def test_the_page_offers_a_wish_examples_and_ones_own_projects(people: People, browser: Browser):
    text = browser("viewer").get("/", {"wish": "A <shelf>"}).content.decode()
    assert "A &lt;shelf&gt;</textarea>" in text
    assert all(recording.title in text for recording in catalogue.all())
    assert "Night Garden" in text
    assert "Night Garden" not in browser("stranger").get("/").content.decode()


def test_a_wish_becomes_a_project_with_its_first_job(people: People, browser: Browser):
    answer = browser("stranger").post(reverse("agents:wish-send"), {"wish": "A shelf for all of my many books"})
    project = Project.objects.select_related("owner").get(owner=people.stranger)
    assert (project.name, project.slug) == ("A shelf for all of my", "a-shelf-for-all-of-my")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/p/{project.owner.handle}/{project.slug}/")
    job = Job.objects.get(project=project)
    assert (job.kind, job.state, job.input["wish"]) == ("generate", "queued", "A shelf for all of my many books")


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ("", "Say what you would like to have made."),
        ("x" * (MOST_TEXT + 1), "A wish may have up to 20,000 characters; this one has 20001."),
        ("a\0", "Null characters are not allowed."),
    ],
)
def test_what_is_no_wish_is_said_and_makes_nothing(people: People, browser: Browser, wish: str, fault: str):
    answer = browser("owner").post(reverse("agents:wish-send"), {"wish": wish})
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert (Job.objects.count(), Project.objects.count()) == (0, 1)


def test_who_is_not_signed_in_is_asked_to(people: People, browser: Browser):
    for answer in (
        browser("anonymous").post(reverse("agents:wish-send"), {"wish": "A shelf"}),
        browser("anonymous").get(reverse("agents:project-list")),
    ):
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.headers["location"]
    assert Project.objects.count() == 1


def test_a_wish_is_posted(people: People, browser: Browser):
    assert browser("owner").get(reverse("agents:wish-send")).status_code == 405


@pytest.mark.parametrize(("role", "sees"), [("owner", True), ("editor", True), ("viewer", True), ("stranger", False)])
def test_the_list_shows_what_one_may_see(people: People, browser: Browser, role: str, sees: bool):
    text = browser(role).get(reverse("agents:project-list")).content.decode()
    assert ("Night Garden" in text) == sees


def test_archived_projects_are_out_of_the_way_and_there_are_pages(people: People, browser: Browser):
    for number in range(25):
        projects.create(name=f"Shelf {number:02}", by=people.owner)
    projects.archive(people.project, by=people.owner)
    client = browser("owner")
    first, second = (client.get(reverse("agents:project-list"), {"page": page}).content.decode() for page in (1, 2))
    assert "Night Garden" not in first + second
    assert [f"Shelf {number:02}" in first for number in (24, 1, 0)] == [True, True, False]
    assert "Shelf 00" in second
    assert client.get(reverse("agents:project-list"), {"page": "x"}).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_list(
    people: People, browser: Browser, django_assert_max_num_queries
):
    for number in range(20):
        projects.create(name=f"Shelf {number}", by=people.owner)
    client = browser("owner")
    with django_assert_max_num_queries(8):
        client.get(reverse("agents:project-list"))
