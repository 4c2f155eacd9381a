"""A project with a queued job, ready to be worked on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.models import Job
from agents.services import jobs
from config import presence
from projects.models import Project, User
from projects.services import accounts, projects


@pytest.fixture
def owner(db: None) -> User:
    user = User.objects.create_user("alice@example.org", name="Alice")
    accounts.ensure_handle(user)
    return user


@pytest.fixture
def project(owner: User) -> Project:
    return projects.create(name="Shelf", by=owner)


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    return jobs.start(project=project, text="A reading list", by=owner)


Workers = Callable[..., None]


@pytest.fixture
def workers(settings, tmp_path: Path) -> Iterator[Workers]:
    """Nobody is there, until `workers("generate", …)` says that one works on these queues."""
    settings.RUN_DIR = tmp_path
    standings: list[presence.Standing] = []

    def come(*queues: str) -> None:
        standings.append(presence.take(presence.WORKER))
        standings[-1].tell(**presence.of_this_process(ready=True, queues=queues))

    yield come
    for standing in standings:
        standing.leave()
