"""The page of a fork."""

import pytest
from django.test import Client

from projects.models import Project
from projects.services import files
from tests.people import People

pytestmark = pytest.mark.django_db

PAGE = "/p/owner/night-garden/fork/"


@pytest.fixture
def viewer(people: People) -> Client:
    files.save(people.main, "a.txt", b"1", by=people.owner)
    files.save(people.main, "a.txt", b"2", by=people.owner)
    one = Client()
    one.force_login(people.viewer, backend="django.contrib.auth.backends.ModelBackend")
    return one


def test_the_page_offers_the_name_and_the_version(viewer: Client):
    page = viewer.get(f"{PAGE}?version=1").content.decode()
    assert 'value="Night Garden"' in page
    assert "Fork version 1" in page
    assert "Fork this project" in viewer.get(PAGE).content.decode()


def test_a_viewer_gets_a_project_of_their_own(viewer: Client, people: People):
    answer = viewer.post(PAGE, {"name": "Mine", "version": "1"})
    made = Project.objects.get(name="Mine")
    assert (answer.status_code, answer["Location"]) == (302, f"/p/{made.owner.handle}/mine/")
    assert (made.owner, made.versions.count()) == (people.viewer, 1)


@pytest.mark.parametrize("sent", [{"name": ""}, {"name": "x", "version": "9"}, {"name": "x", "version": "<b>"}])
def test_what_cannot_be_forked_is_told(viewer: Client, sent: dict[str, str]):
    answer = viewer.post(PAGE, sent)
    assert answer.status_code == 422
    assert "<b>" not in answer.content.decode().split("<main")[1].replace("<b>Nothing", "")
    assert Project.objects.count() == 1


def test_strangers_find_nothing(people: People):
    one = Client()
    one.force_login(people.stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert one.get(PAGE).status_code == 404
