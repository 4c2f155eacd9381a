"""The pages that take in an exported job."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.models import Job
from agents.services import jobs, parcels
from projects.models import Project
from projects.services import projects
from tests.agents.engine.whole import build_without_a_box
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[str], Client]


@pytest.fixture
def file(people: People) -> bytes:
    job = build_without_a_box(
        jobs.start(project=people.project, text="A list", by=people.owner, model="demo/reading-list")
    )
    return b"".join(parcels.export(job).pieces)


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("job.zip", content)


def came() -> Job:
    return Job.objects.select_related("project__owner").get(imported_at__isnull=False)


def test_into_a_project(browser: Browser, people: People, file: bytes):
    other = projects.create(name="Other", by=people.owner)
    place = f"/p/{people.owner.handle}/{other.slug}/"
    client = browser("owner")
    assert client.get(f"{place}jobs/import/").status_code == 200
    assert f"{place}jobs/import/" in client.get(f"{place}import/").content.decode()
    answer = client.post(f"{place}jobs/import/", {"file": upload(file)})
    assert (answer.status_code, answer["Location"]) == (302, f"{place}jobs/{came().pk}/replay/")
    shown = client.get(answer["Location"]).content.decode()
    assert "This job was imported: it ran elsewhere with demo/reading-list." in shown
    chat = client.get(place, {"branch": came().branch.name}).content.decode()
    assert "What follows ran elsewhere with demo/reading-list: completed." in chat
    assert "What follows ran elsewhere" not in client.get(place).content.decode()


def test_as_a_project_of_its_own(browser: Browser, people: People, file: bytes):
    client = browser("stranger")
    assert 'href="/import/job/"' in client.get("/import/").content.decode()
    assert client.get("/import/job/").status_code == 200
    answer = client.post("/import/job/", {"file": upload(file), "name": "Brought"})
    job = came()
    assert answer["Location"] == f"/p/{job.project.owner.handle}/brought/"
    assert (job.project.name, job.project.owner) == ("Brought", people.stranger)
    workbench = client.get(answer["Location"]).content.decode()
    assert "What follows ran elsewhere" in workbench


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_job_is_said_and_leaves_nothing(browser: Browser, people: People, content: bytes):
    before = Project.objects.count()
    place = f"/p/{people.owner.handle}/{people.project.slug}/jobs/import/"
    for path in ("/import/job/", place):
        answer = browser("owner").post(path, {"file": upload(content), "name": ""})
        assert answer.status_code == 422
    assert browser("owner").post(place, {}).status_code == 422
    assert (Project.objects.count(), Job.objects.count()) == (before, 0)
