"""The page that brings a project in: from a file, or from an address."""

import subprocess
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.models import Job
from projects.models import Project, User
from projects.services import remotes
from tests.projects.imports.zips import make

pytestmark = pytest.mark.django_db

SECRET = "planted-token-words"


@pytest.fixture
def client(owner: User) -> Client:
    one = Client()
    one.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return one


def test_there_is_a_door_to_it_on_the_start_page_and_in_the_list(client: Client):
    for page in ("/", "/projects/"):
        assert 'href="/import/"' in client.get(page).content.decode()
    assert client.get("/import/").status_code == 200


def test_a_zip_becomes_a_project(client: Client, owner: User):
    zipped = SimpleUploadedFile("my-garden.zip", make(("a.txt", b"1")).getvalue())
    answer = client.post("/import/file/", {"file": zipped, "name": ""})
    project = Project.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/p/{owner.handle}/my-garden/")
    assert (project.name, project.files.count()) == ("my garden", 1)


def test_a_bundle_becomes_a_project_with_its_history(client: Client, tmp_path: Path):
    folder = tmp_path / "work"
    for words in (
        ("init", "-q", "-b", "main", str(folder)),
        (
            "-C",
            str(folder),
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b.c",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "One",
        ),
        ("-C", str(folder), "bundle", "create", "-q", str(tmp_path / "b.bundle"), "main"),
    ):
        subprocess.run(["git", *words], check=True)
    brought = SimpleUploadedFile("old-shelf.bundle", (tmp_path / "b.bundle").read_bytes())
    assert client.post("/import/file/", {"file": brought}).status_code == 302
    project = Project.objects.get()
    assert (project.name, project.versions.get().message.strip()) == ("old shelf", "One")


def test_what_is_wrong_with_a_file_is_listed(client: Client):
    for content, said in ((make(("/a", b"")).getvalue(), "is absolute"), (b"hello", "This is not a zip"),
                          (b"# v2 git bundle\nnonsense", "Nothing was imported")):  # fmt: skip
        answer = client.post("/import/file/", {"file": SimpleUploadedFile("x", content)})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Project.objects.exists()


def test_nothing_chosen_is_told(client: Client):
    assert "Choose a file" in client.post("/import/file/", {}).content.decode()


def test_an_address_becomes_a_project_and_its_job(client: Client, owner: User):
    sent = {"url": f"https://me:{SECRET}@git.example.com/a/my-shelf.git", "name": "", "username": "", "password": ""}
    answer = client.post("/import/address/", sent)
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/p/{owner.handle}/my-shelf/")
    assert remotes.address_of(job.project.remotes.get()).password == SECRET
    page = client.get(answer["Location"]).content.decode()
    assert "Import https://git.example.com/a/my-shelf.git" in page
    assert SECRET not in page


def test_a_password_is_never_on_the_page_again(client: Client):
    answer = client.post("/import/address/", {"url": "ssh://a/b", "username": "me", "password": SECRET})
    assert answer.status_code == 422
    assert "begins with https://" in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert not Project.objects.exists()
