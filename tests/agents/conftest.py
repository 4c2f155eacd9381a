"""A project with a queued job, ready to be worked on."""

import pytest

from agents.models import Job
from agents.services import jobs
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
