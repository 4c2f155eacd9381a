"""People who ask about sandboxes over the API. What they ask for is caught at Celery's own door."""

import pytest

from projects.models import User
from projects.services import files, tokens
from sandboxes import tasks
from tests import people as people_of_tests
from tests.people import People
from tests.programs import EVERYTHING, Program, Programs

Sent = list[tuple[str, str]]


@pytest.fixture
def people(transactional_db: None) -> People:
    """Their project is an app that needs a box."""
    people = people_of_tests.gather()
    files.save(people.main, "requirements.txt", b"flask\n", by=people.owner)
    return people


@pytest.fixture
def program(transactional_db: None) -> Programs:
    def make(user: User, *scopes: str) -> Program:
        return Program(tokens.create(user=user, name="a program", scopes=scopes or EVERYTHING)[1])

    return make


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found: Sent = []
    for task in (tasks.start, tasks.stop, tasks.suspend, tasks.restart, tasks.carry_out):
        name = task.name.removeprefix("sandboxes.tasks.")
        monkeypatch.setattr(
            task, "apply_async", lambda args=(), kwargs=None, name=name, **_: found.append((name, args[0]))
        )
    return found
