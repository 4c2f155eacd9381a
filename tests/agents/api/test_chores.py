"""Pushes and imports from an address over the API."""

import pytest

from agents.models import Job
from projects.models import Project, Remote, User
from projects.services import remotes, tokens
from tests.programs import EVERYTHING, Program, problem

pytestmark = pytest.mark.django_db

URL = "https://git.example.com/alice/shelf.git"
SECRET = "planted-token-words"


def program(user: User, *scopes: str) -> Program:
    return Program(tokens.create(user=user, name="a program", scopes=scopes or EVERYTHING)[1])


@pytest.fixture
def remote(project: Project, owner: User) -> Remote:
    return remotes.add(project, name="origin", url=URL, by=owner)


def test_a_push_is_asked_for_and_looked_after(project: Project, owner: User, remote: Remote):
    asks = program(owner)
    asked = asks.post(f"/projects/{project.pk}/remotes/{remote.pk}/push")
    assert asked.status_code == 202, asked.content
    told = asked.json()
    assert (told["kind"], told["state"], told["title"], told["log"]) == ("push", "queued", "Push to origin", [])
    assert asks.post(f"/projects/{project.pk}/remotes/{remote.pk}/push").json()["id"] == told["id"]
    assert asks.get(f"/projects/{project.pk}/chores/{told['id']}").json() == told
    assert asks.get(f"/projects/{project.pk}/chores").json()["items"] == [told]


def test_an_import_gives_the_project_at_once(owner: User):
    asks = program(owner)
    asked = asks.post("/imports/git", {"url": URL, "username": "me", "password": SECRET})
    assert asked.status_code == 202, asked.content
    assert SECRET not in asked.content.decode()
    assert asks.get(f"/projects/{asked.json()['project']}").json()["name"] == "shelf"
    assert Job.objects.get().kind == "import"


def test_what_is_no_address_is_refused_in_a_sentence(owner: User):
    told = problem(program(owner).post("/imports/git", {"url": "git@example.com:a/b"}))
    assert told["code"] == "invalid"
    assert "https://" in told["detail"]


def test_builds_are_no_chores(project: Project, owner: User, job: Job):
    asks = program(owner)
    assert asks.get(f"/projects/{project.pk}/chores").json()["items"] == []
    assert asks.get(f"/projects/{project.pk}/chores/{job.pk}").status_code == 404


def test_pushing_takes_a_token_that_manages(project: Project, owner: User, remote: Remote):
    asks = program(owner, "read", "write")
    assert asks.post(f"/projects/{project.pk}/remotes/{remote.pk}/push").status_code == 403
    assert not Job.objects.exists()
