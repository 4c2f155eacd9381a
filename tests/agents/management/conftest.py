"""What the commands are about: a job that has ended."""

import pytest

from agents.models import Job
from agents.services import jobs
from projects.models import Project, User
from tests.agents.engine.whole import build_without_a_box


@pytest.fixture
def built(project: Project, owner: User) -> Job:
    return build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))
