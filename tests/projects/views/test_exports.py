import io
import random
import zipfile

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import reverse

from projects.models import Blob
from projects.rest import downloads
from projects.services import files
from tests import people as people_of_tests
from tests.people import People
from tests.programs import Programs

pytestmark = pytest.mark.django_db(transaction=True)

ZIP = "/p/owner/night-garden/export.zip"


@pytest.fixture
def people(transactional_db: None) -> People:
    people = people_of_tests.gather()
    files.save(people.main, "src/ä.txt", b"hello\n", by=people.owner)
    files.save(people.main, "run.sh", b"#!/bin/sh\n", by=people.owner, executable=True)
    return people


def download(people: People, role: str) -> tuple[int, bytes, str]:
    client = Client()
    client.force_login(people.by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(ZIP)
    return response.status_code, response.content, response.get("Content-Disposition", "")


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_members_get_every_file(people: People, role: str):
    status, body, disposition = download(people, role)
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert (status, disposition) == (200, 'attachment; filename="night-garden.zip"')
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "night-garden/src/ä.txt": b"hello\n",
        "night-garden/run.sh": b"#!/bin/sh\n",
    }


def test_the_same_tree_gives_the_same_download(people: People):
    assert download(people, "owner") == download(people, "viewer")


async def test_a_large_one_is_sent_while_it_is_made(people: People):
    noise = random.Random(1).randbytes(3 * downloads.ENOUGH)
    await sync_to_async(files.save)(people.main, "noise.bin", noise, by=people.owner)
    client = AsyncClient()
    await sync_to_async(client.force_login)(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    response = await client.get(ZIP)
    parts = [piece async for piece in response.streaming_content]  # type: ignore[attr-defined]
    assert len(parts) > 1
    assert zipfile.ZipFile(io.BytesIO(b"".join(parts))).read("night-garden/noise.bin") == noise


def test_others_get_nothing(people: People):
    assert download(people, "stranger")[0] == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(people: People):
    assert Client().get(ZIP)["Location"] == f"/accounts/login/?next={ZIP}"
    assert Client().post(ZIP).status_code == 405


def test_a_bundle_that_git_cannot_make_is_refused_in_a_sentence(people: People, program: Programs):
    """A content that is no longer what was kept."""
    Blob.objects.update(content=b"no content")
    client = Client()
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("projects:export-bundle", args=["owner", "night-garden"]))
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert answer.content.startswith(b"git index-pack failed")
    assert program(people.owner).get(f"/projects/{people.project.pk}/exports/bundle").status_code == 503
