"""Imports, exports and forks over the API."""

import io
import zipfile
from uuid import uuid4

import pytest

from projects.models import Project, Version
from projects.services import files
from tests.people import People
from tests.programs import Program, Programs, problem
from tests.projects.imports.zips import make

pytestmark = pytest.mark.django_db(transaction=True)

ZIP = {"Content_Type": "application/zip"}


def zipped(**given: bytes) -> bytes:
    return make(*((name.replace("__", "."), content) for name, content in given.items())).getvalue()


def test_a_zip_makes_a_project(people: People, program: Programs) -> None:
    asks = program(people.stranger)
    made = asks.post("/imports/zip?filename=my-garden.zip", zipped(a__txt=b"1", __DS_Store=b""), **ZIP)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["version"], told["files"], told["left_out"]) == (1, 1, {".DS_Store": 1})
    assert (told["project"]["name"], told["project"]["role"]) == ("my garden", "owner")
    assert asks.get(made.headers["Location"]).json()["id"] == told["project"]["id"]


def test_the_same_key_imports_once(people: People, program: Programs) -> None:
    asks, body = program(people.owner), zipped(a=b"1")
    ids = [
        asks.post("/imports/zip?name=One", body, Idempotency_Key="k", **ZIP).json()["project"]["id"] for _ in range(2)
    ]
    assert ids[0] == ids[1]
    assert Project.objects.filter(name="One").count() == 1


def test_a_refusal_lists_everything_that_is_wrong(people: People, program: Programs) -> None:
    answer = program(people.owner).post("/imports/zip", make(("../a", b""), ("/b", b"")).getvalue(), **ZIP)
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (422, "invalid")
    assert [fault["message"] for fault in told["errors"]] == ["../a leaves its folder", "/b is absolute"]
    assert Project.objects.count() == 1


def test_another_media_type_is_refused(people: People, program: Programs) -> None:
    answer = program(people.owner).post("/imports/zip", b"{}", Content_Type="application/json")
    assert (answer.status_code, problem(answer)["code"]) == (415, "wrong_media_type")


def test_a_zip_is_added_or_takes_the_place(people: People, program: Programs) -> None:
    files.save(people.main, "old", b"", by=people.owner)
    asks, path = program(people.editor), f"/projects/{people.project.pk}/imports/zip"
    assert asks.post(f"{path}?mode=add", zipped(a=b"1"), **ZIP).json() == {"version": 2, "files": 1, "left_out": {}}
    assert sorted(files.manifest(people.main)) == ["a", "old"]
    asks.post(f"{path}?mode=replace", zipped(a=b"1"), **ZIP)
    assert sorted(files.manifest(people.main)) == ["a"]
    assert problem(asks.post(f"{path}?mode=add&branch=none", zipped(a=b"1"), **ZIP))["code"] == "not_found"
    assert asks.post(path, zipped(a=b"1"), **ZIP).status_code == 422


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
def test_who_may_not_edit_imports_nothing(people: People, program: Programs, role: str, status: int) -> None:
    path = f"/projects/{people.project.pk}/imports/zip?mode=add"
    assert program(people.by_role(role)).post(path, zipped(a=b"1"), **ZIP).status_code == status
    assert not Version.objects.exists()


def test_a_version_or_a_branch_is_downloaded(people: People, program: Programs) -> None:
    for text in (b"1", b"2"):
        files.save(people.main, "a.txt", text, by=people.owner)
    asks, path = program(people.viewer, "read"), f"/projects/{people.project.pk}/exports/zip"
    assert content(asks, f"{path}?version=1") == {"night-garden/a.txt": b"1"}
    assert content(asks, path) == content(asks, f"{path}?branch=main") == {"night-garden/a.txt": b"2"}
    for query in ("?version=9", "?branch=none"):
        assert problem(asks.get(path + query))["code"] == "not_found"


def content(asks: Program, path: str) -> dict[str, bytes]:
    answer = asks.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    return {name: archive.read(name) for name in archive.namelist()}


def test_a_bundle_goes_out_and_comes_in_as_the_same_versions(people: People, program: Programs) -> None:
    asks, path = program(people.owner), f"/projects/{people.project.pk}/exports/bundle"
    assert problem(asks.get(path))["code"] == "wrong_state"
    files.save(people.main, "a.txt", b"1", by=people.owner)
    answer = asks.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/x-git-bundle")
    body = answer.content
    made = asks.post("/imports/bundle?filename=back.bundle", body, Content_Type="application/x-git-bundle")
    assert (made.status_code, made.json()["name"]) == (201, "back"), made.content
    oids = Version.objects.filter(project__in=[people.project.pk, made.json()["id"]])
    assert len(set(oids.values_list("commit_oid", flat=True))) == 1


def test_a_fork_is_one_s_own(people: People, program: Programs) -> None:
    for text in (b"1", b"2"):
        files.save(people.main, "a.txt", text, by=people.owner)
    asks = program(people.viewer)
    made = asks.post(f"/projects/{people.project.pk}/forks", {"version": 1, "name": "Mine"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["name"], told["owner"], told["role"]) == ("Mine", people.viewer.handle or "viewer", "owner")
    assert Version.objects.filter(project=told["id"]).count() == 1
    assert problem(asks.post(f"/projects/{people.project.pk}/forks", {"version": 5}))["code"] == "not_found"


def test_nothing_cannot_be_forked(people: People, program: Programs) -> None:
    answer = program(people.owner).post(f"/projects/{people.project.pk}/forks", {})
    assert (answer.status_code, problem(answer)["code"]) == (409, "wrong_state")
    assert program(people.owner).post(f"/projects/{uuid4()}/forks", {}).status_code == 404


def test_reading_alone_makes_nothing(people: People, program: Programs) -> None:
    asks = program(people.owner, "read")
    assert asks.post("/imports/zip", zipped(a=b"1"), **ZIP).status_code == 403
    assert asks.post(f"/projects/{people.project.pk}/forks", {}).status_code == 403
