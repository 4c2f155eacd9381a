"""Checkpoints over the API."""

import pytest

from projects.services import files
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def test_a_label_is_put_on_changed_followed_and_taken_off(people: People, program: Programs) -> None:
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    asks, path = program(people.editor), f"/projects/{people.project.pk}/checkpoints"
    made = asks.post(path, {"label": "Works", "version": 1}).json()
    assert (made["label"], made["version"], made["created_by"]) == ("Works", 1, "Editor")
    one = f"{path}/{made['id']}"
    assert asks.patch(one, {"label": "Works well"}).json()["label"] == "Works well"
    restored = asks.post(f"{one}/restore", {"head": 2}).json()
    assert (restored["number"], restored["message"]) == (3, "Restore version 1 (Works well)")
    assert [item["label"] for item in asks.get(path).json()["items"]] == ["Works well"]
    assert asks.delete(one).status_code == 204
    assert problem(asks.delete(one))["code"] == "not_found"


@pytest.mark.parametrize("body", [{"label": "", "version": 1}, {"label": "x", "version": 0}, {"label": "x"}])
def test_what_is_malformed_is_refused(people: People, program: Programs, body: object) -> None:
    answer = program(people.editor).post(f"/projects/{people.project.pk}/checkpoints", body)
    assert answer.status_code == 422


def test_a_version_that_is_not_there_gets_no_label(people: People, program: Programs) -> None:
    answer = program(people.editor).post(f"/projects/{people.project.pk}/checkpoints", {"label": "x", "version": 7})
    assert problem(answer)["code"] == "not_found"
