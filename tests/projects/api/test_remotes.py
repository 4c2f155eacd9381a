"""Remotes over the API: what signs in there goes in and never comes out."""

import pytest

from projects.models import Remote
from projects.services import remotes
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db

URL = "https://git.example.com/a/b.git"
SECRET = "planted-token-words"


def path(people: People) -> str:
    return f"/projects/{people.project.pk}/remotes"


def added(asks: Program, people: People, **more: object) -> dict[str, object]:
    made = asks.post(path(people), {"url": URL, "username": "me", "password": SECRET, **more})
    assert made.status_code == 201, made.content
    told: dict[str, object] = made.json()
    return told


def test_one_adds_reads_changes_and_removes(people: People, program: Programs) -> None:
    asks = program(people.owner)
    told = added(asks, people)
    assert (told["name"], told["url"], told["has_credentials"], told["pushed"]) == ("origin", URL, True, {})
    one = f"{path(people)}/{told['id']}"
    changed = asks.patch(one, {"name": "backup", "is_automatic": True}).json()
    assert (changed["name"], changed["is_automatic"], changed["has_credentials"]) == ("backup", True, True)
    assert asks.get(one).json() == changed
    assert [item["id"] for item in asks.get(path(people)).json()["items"]] == [told["id"]]
    assert asks.delete(one).status_code == 204
    assert asks.get(one).status_code == 404


def test_what_signs_in_is_nowhere_in_an_answer(people: People, program: Programs) -> None:
    asks = program(people.owner)
    added(asks, people)
    other = asks.post(path(people), {"name": "b", "url": f"https://me:{SECRET}@git.example.com/a"})
    wrong = asks.post(path(people), {"name": "c", "url": f"https://me:{SECRET}@git.example.com:99999/a"})
    assert wrong.status_code == 422
    assert SECRET not in wrong.content.decode()
    listed = asks.get(path(people))
    assert SECRET not in (other.content + listed.content).decode()
    remote = Remote.objects.get(name="b")
    assert remotes.address_of(remote).password == SECRET


@pytest.mark.parametrize("sent", [{"url": "file:///etc"}, {"url": URL, "name": "a b"}, {"url": ""}, {}])
def test_what_is_no_remote_is_refused(people: People, program: Programs, sent: dict[str, str]) -> None:
    assert problem(program(people.owner).post(path(people), sent))["code"] == "invalid"


def test_it_takes_the_owner_and_a_token_that_manages(people: People, program: Programs) -> None:
    assert program(people.editor).get(path(people)).status_code == 403
    assert program(people.owner, "read", "write").get(path(people)).status_code == 403
    assert program(people.stranger).get(path(people)).status_code == 404
