"""The page that takes a zip into a project."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from projects.models import Version
from projects.services import files
from tests.people import People
from tests.projects.imports.zips import make

pytestmark = pytest.mark.django_db

PAGE = "/p/owner/night-garden/import/"


def brought(*given: tuple[str, bytes], name: str = "garden.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make(*given).getvalue(), "application/zip")


def client(people: People, role: str = "editor") -> Client:
    one = Client()
    one.force_login(people.by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    return one


def test_a_zip_becomes_a_version(people: People):
    done = client(people).post(PAGE, {"file": brought(("a.txt", b"1")), "mode": "add"}, follow=True)
    assert done.redirect_chain == [("/p/owner/night-garden/files/", 302)]
    assert "1 file imported: version 1." in done.content.decode()
    assert list(files.manifest(people.main)) == ["a.txt"]


def test_a_refused_zip_is_told_problem_by_problem(people: People):
    sent = {"file": brought(("../<b>", b""), ("/b", b"")), "mode": "add"}
    answer = client(people).post(PAGE, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was imported." in page
    assert "<code>../&lt;b&gt;</code> leaves its folder" in page
    assert "<code>/b</code> is absolute" in page
    assert not Version.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"mode": "add"}, {"mode": "other"}])
def test_what_is_missing_is_asked_for(people: People, sent: dict[str, str]):
    answer = client(people).post(PAGE, sent)
    assert answer.status_code == 422
    assert not Version.objects.exists()


def test_names_that_clash_with_the_project_s_are_told(people: People):
    files.save(people.main, "README", b"", by=people.owner)
    answer = client(people).post(PAGE, {"file": brought(("readme", b""), ("b", b"")), "mode": "add"})
    assert answer.status_code == 422
    assert "only in case" in answer.content.decode()


def test_viewers_may_not(people: People):
    assert client(people, "viewer").get(PAGE).status_code == 403
    assert client(people, "stranger").post(PAGE, {"mode": "add"}).status_code == 404
    assert client(people).get(PAGE).status_code == 200
