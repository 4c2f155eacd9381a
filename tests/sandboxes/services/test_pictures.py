"""What is known of an app's picture, as cards and programs ask for it."""

import pytest
from django.utils import timezone

from projects import errors
from projects.models import Project
from projects.services import contents
from sandboxes.models import Picture, Sandbox
from sandboxes.services import overviews, pictures, sandboxes
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

BYTES = b"RIFF\x04\0\0\0WEBP"


def hung(sandbox: Sandbox, content: bytes = BYTES) -> str:
    (kept,) = contents.keep([content])
    Picture.objects.create(sandbox=sandbox, tree_hash="1" * 64, blob_id=kept.sha256, taken_at=timezone.now())
    return kept.sha256


def test_a_project_has_its_picture_beside_it(make_app: MakeApp) -> None:
    with_one, without = make_app(apps.STATIC), make_app(apps.STATIC)
    sha256 = hung(with_one)
    found = {project.pk: vars(project)["picture"] for project in pictures.beside(Project.objects.all())}
    assert found == {with_one.project_id: sha256, without.project_id: None}


def test_it_is_read_by_its_hash(make_app: MakeApp) -> None:
    sandbox = make_app(apps.STATIC)
    assert not pictures.has_one(sandbox)
    with pytest.raises(errors.Missing, match="no picture"):
        pictures.hash_of(sandbox)
    Picture.objects.create(sandbox=sandbox, tried_hash="1" * 64, tries=1)
    assert not pictures.has_one(sandboxes.find(sandbox.branch))
    with pytest.raises(errors.Missing, match="no picture"):
        pictures.hash_of(sandbox)
    Picture.objects.all().delete()
    hung(sandbox)
    assert pictures.has_one(sandboxes.find(sandbox.branch))
    assert pictures.read(pictures.hash_of(sandbox)) == BYTES


def test_an_overview_tells_its_address_when_there_is_one(make_app: MakeApp) -> None:
    sandbox = make_app(apps.STATIC)
    assert overviews.of(sandboxes.find(sandbox.branch)).picture_url is None
    hung(sandbox)
    told = overviews.of(sandboxes.find(sandbox.branch)).picture_url
    assert told == f"http://localhost:8000/api/v2/projects/{sandbox.project_id}/sandbox/picture?branch=main"
