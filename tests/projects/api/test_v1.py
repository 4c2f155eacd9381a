"""The first version of the API: older addresses, the same services."""

from typing import Any

import pytest
from django.test import Client

from projects.services import files, staging
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def wish(path: str, content: str | None, etag: str | None = None) -> dict[str, Any]:
    return {"path": path, "content": content, "etag": etag}


def test_projects_are_the_same_under_the_older_address(people: People, program: Programs) -> None:
    asks = program(people.owner)
    assert asks.get("/api/projects").json() == asks.get("/projects").json()
    made = asks.post("/api/projects", {"name": "A Pond"})
    path = f"/api/projects/{made.json()['id']}"
    assert made.headers["Location"] == path
    assert asks.patch(path, {"name": "A Lake"}).json()["name"] == "A Lake"
    assert asks.delete(path).status_code == 204
    assert problem(asks.get(path))["code"] == "not_found"


def test_many_files_are_one_version(people: People, program: Programs) -> None:
    asks, path = program(people.editor), f"/api/project-files/{people.project.pk}"
    assert asks.put(path, {"files": [wish("a.txt", "a\n"), wish("b/c.txt", "c\n")]}).json() == {"version": 1}
    listed = asks.get(path).json()["files"]
    assert [(one["path"], one["size"]) for one in listed] == [("a.txt", 2), ("b/c.txt", 2)]
    read = asks.get(f"{path}/b/c.txt").json()
    assert (read["content"], read["etag"]) == ("c\n", listed[1]["etag"])
    changed = asks.put(path, {"files": [wish("a.txt", None, listed[0]["etag"]), wish("b/c.txt", "d", read["etag"])]})
    assert changed.json() == {"version": 2}
    assert [one["path"] for one in asks.get(path).json()["files"]] == ["b/c.txt"]


def test_what_is_not_as_its_writer_saw_it_is_not_written(people: People, program: Programs) -> None:
    asks, path = program(people.editor), f"/api/project-files/{people.project.pk}"
    asks.put(path, {"files": [wish("a.txt", "a")]})
    for etag in (None, f'"{"0" * 64}"'):
        told = problem(asks.put(path, {"files": [wish("b.txt", "b"), wish("a.txt", "other", etag)]}))
        assert (told["status"], told["code"], told["path"]) == (412, "stale", "a.txt")
    assert sorted(files.manifest(people.main)) == ["a.txt"]


def test_what_became_executable_meanwhile_stays_so(
    people: People, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the request and the lock."""
    seen = files.save(people.main, "run.sh", b"1", by=people.owner).manifest["run.sh"][0]
    late, pack = [lambda: files.save(people.main, "run.sh", b"1", by=people.owner, executable=True)], staging.pack

    def packed(*arguments: Any) -> staging.Packed:
        if late:
            late.pop()()
        return pack(*arguments)

    monkeypatch.setattr(staging, "pack", packed)
    path = f"/api/project-files/{people.project.pk}"
    assert program(people.editor).put(path, {"files": [wish("run.sh", "2", f'"{seen}"')]}).status_code == 200
    tree = files.manifest(people.main)
    assert (files.read(tree, "run.sh"), tree["run.sh"].executable) == (b"2", True)


def test_what_is_no_text_has_no_content_here(people: People, program: Programs) -> None:
    files.save(people.main, "lamp.png", b"\x89PNG\x00\xff", by=people.owner)
    read = program(people.viewer).get(f"/api/project-files/{people.project.pk}/lamp.png").json()
    assert (read["content"], read["size"]) == (None, 6)


@pytest.mark.parametrize("path", ["../a", "/a", "a//b", ".git/config", "a\\b"])
def test_a_path_that_may_not_be_is_refused(people: People, program: Programs, path: str) -> None:
    answer = program(people.editor).put(f"/api/project-files/{people.project.pk}", {"files": [wish(path, "x")]})
    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid")


def test_how_it_is_is_told_in_json(client: Client, db: None) -> None:
    assert client.get("/health").json()["checks"]["database"] == "ok"
