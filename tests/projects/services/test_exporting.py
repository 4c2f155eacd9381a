"""Any version or branch, whole, and always the same bytes."""

import io
import zipfile

import pytest

from projects import errors
from projects.models import Branch
from projects.services import exporting, files
from tests.people import People

pytestmark = pytest.mark.django_db


def names(export: exporting.Export) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(b"".join(export.pieces))).namelist()


@pytest.fixture
def grown(people: People) -> People:
    files.save(people.main, "a", b"1", by=people.owner)
    side = Branch.objects.create(project=people.project, name="try/it", head=people.project.versions.get())
    files.save(side, "side", b"2", by=people.owner)
    files.save(people.main, "b", b"3", by=people.owner)
    return people


def test_a_branch_or_a_version_is_chosen(grown: People):
    project = grown.project
    assert names(exporting.zip_of(project)) == ["night-garden/a", "night-garden/b"]
    assert names(exporting.zip_of(project, branch="try/it")) == ["night-garden/a", "night-garden/side"]
    assert names(exporting.zip_of(project, version=1)) == ["night-garden/a"]


def test_the_file_says_what_is_in_it(grown: People):
    project = grown.project
    assert exporting.zip_of(project).name == exporting.zip_of(project, branch="main").name == "night-garden.zip"
    assert exporting.zip_of(project, branch="try/it").name == "night-garden-try-it.zip"
    assert exporting.zip_of(project, version=1).name == "night-garden-v1.zip"


def test_the_same_tree_gives_the_same_bytes(grown: People):
    of_version, of_branch = exporting.zip_of(grown.project, version=3), exporting.zip_of(grown.project)
    assert b"".join(of_version.pieces) == b"".join(of_branch.pieces)


def test_what_is_not_there_is_missing(grown: People):
    with pytest.raises(errors.Missing, match="no version 9"):
        exporting.zip_of(grown.project, version=9)
    with pytest.raises(errors.Missing, match="no branch 'x'"):
        exporting.zip_of(grown.project, branch="x")


def test_an_empty_project_gives_an_empty_zip(people: People):
    assert names(exporting.zip_of(people.project)) == []
