"""A job that a person paused is still paused when everything has been killed and started again, and then goes on."""

import uuid

import pytest

from tests.faults import endings, told
from tests.faults.endings import Ending
from tests.faults.hurt import Hurt
from tests.installations.scaled import Scaled
from tests.installations.unsupervised import Unsupervised
from tests.installations.visited import Run, Visited
from tests.installations.waiting import wait_for
from tests.services.postgres import Postgres
from tests.services.redis import Redis

pytestmark = pytest.mark.timeout(240)

_JOB = """
select job.id from agents_job job join projects_project project on project.id = job.project_id
where project.slug = ? order by job.created_at limit 1
"""


def press(one: Visited, project: str, word: str) -> None:
    [(job,)] = one.rows(_JOB, one.run(project).slug)
    one.press(project, f"jobs/{uuid.UUID(str(job))}/{word}/")  # one database gives it without its hyphens


def paused(hurt: Hurt) -> tuple[str, Run]:
    project = told.ask(hurt.one)
    run = hurt.one.run(project)
    wait_for(run.closed, seconds=60, what="a closed file")
    press(hurt.one, project, "pause")
    wait_for(lambda: run.states()[0] == "paused", seconds=30, what="the job to pause")
    return project, run


def goes_on(hurt: Hurt, project: str, run: Run, calm: Ending) -> None:
    assert run.states() == ["paused", "queued"]
    press(hurt.one, project, "resume")
    assert endings.of(run) == calm


@pytest.mark.xdist_group("points-embedded")
def test_over_a_restart_of_one_machine(embedded: Hurt) -> None:
    one = embedded.one
    assert isinstance(one, Unsupervised)
    with embedded.paced(0.02):
        project, run = paused(embedded)
        one.kill("manage.py", "serve")
        one.begin()
        goes_on(embedded, project, run, embedded.calm)


@pytest.mark.xdist_group("points-scaled")
def test_over_a_restart_of_everything_there_is(several: Hurt, postgres: Postgres, redis: Redis) -> None:
    one = several.one
    assert isinstance(one, Scaled)
    with several.paced(0.02):
        project, run = paused(several)
        one.kill(*one.running)
        postgres.restart()
        redis.restart()
        one.mend()
        goes_on(several, project, run, several.calm)
