"""Why nothing goes on, on the page: as the API says it, and as it is now."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from agents.enums import Gate
from agents.lifecycle import leases
from agents.models import Job
from agents.services import jobs, queues, waiting
from projects.services import branches
from tests.agents.conftest import Workers, workers
from tests.people import People

__all__ = ["workers"]  # a fixture of the neighbours

Browser = Callable[[str], Client]


@pytest.fixture
def job(people: People, settings, tmp_path: Path) -> Job:
    settings.RUN_DIR = tmp_path
    return jobs.start(project=people.project, text="A <b>shelf</b>", by=people.owner)


def address(people: People, branch: str = "") -> str:
    there = reverse("agents:project-waits", args=[people.owner.handle, people.project.slug])
    return f"{there}?branch={branch}" if branch else there


def line(browser: Browser, people: People, role: str = "viewer") -> str:
    return browser(role).get(address(people)).content.decode()


def test_it_says_what_the_api_says_and_what_is_true_now(people: People, browser: Browser, job: Job, workers: Workers):
    assert "Nobody works on the queue." in line(browser, people)
    workers("generate")
    assert "Waits for a free worker." in line(browser, people)
    queues.set_gate(Gate.PAUSED, by=people.owner)
    assert "The queue is paused." in line(browser, people)
    assert waiting.reason(Job.objects.get(pk=job.pk)) == "The queue is paused."


def test_the_page_comes_with_it_and_asks_again(people: People, browser: Browser, job: Job):
    bench = reverse("agents:workbench", args=[people.owner.handle, people.project.slug])
    page = browser("viewer").get(bench).content.decode()
    assert "Nobody works on the queue." in page
    assert f'id="waits" data-quiet hx-get="{address(people)}"' in page
    assert "A worker takes it in a moment" not in page


def test_how_many_go_before_it_does_not_age(people: People, browser: Browser, job: Job):
    second = jobs.start(project=people.project, text="And a search box", by=people.owner)
    told = line(browser, people)
    assert ("A &lt;b&gt;shelf" in told, "<b>shelf" in told) == (True, False)
    assert (told.index("Nobody works on the queue.") < told.index("1 job before yours.")) is True
    jobs.stop(job, by=people.owner)
    told = line(browser, people)
    assert ("before yours" in told, "Nobody works on the queue." in told) == (False, True)
    jobs.stop(second, by=people.owner)
    assert "Nobody works" not in line(browser, people)


def test_over_whom_its_worker_died_says_so(people: People, browser: Browser, job: Job, workers: Workers):
    workers("generate")
    assert leases.claim(job.pk, worker="test") is not None
    assert "Its worker is gone" not in line(browser, people)
    leases.release_all()
    assert "Its worker is gone; the next goes on from its last step." in line(browser, people)


@pytest.mark.parametrize("state", ["queued", "running", "paused", "cancelled"])
def test_it_is_asked_again_only_while_it_may_change_by_itself(people: People, browser: Browser, job: Job, state: str):
    if state == "running":
        assert leases.claim(job.pk, worker="test") is not None
    if state == "paused":
        jobs.pause(job, by=people.owner)
    if state == "cancelled":
        jobs.stop(job, by=people.owner)
    told = line(browser, people)
    assert ("every 5s" in told) == (state in ("queued", "running"))
    assert "djinn:placed from:body" in told
    assert ("Waits for you." in told) == (state == "paused")


def test_each_branch_says_its_own(people: People, browser: Browser, job: Job):
    branches.create(people.project, "night", by=people.owner)
    told = browser("viewer").get(address(people, "night")).content.decode()
    assert "Nobody works" not in told
    assert f'hx-get="{address(people, "night")}"' in told
    assert browser("viewer").get(address(people, "gone")).status_code == 404


def test_of_many_the_newest_are_told(people: People, browser: Browser, job: Job):
    for number in range(waiting.MOST):
        jobs.start(project=people.project, text=f"More {number}", by=people.owner)
    told = waiting.of_branch(job.branch)
    assert [one.title for one in told.all] == [f"More {number}" for number in range(waiting.MOST)]


@pytest.mark.parametrize(("role", "status"), [("editor", 200), ("stranger", 404), ("anonymous", 302)])
def test_who_may_look_may_know(people: People, browser: Browser, job: Job, role: str, status: int):
    assert browser(role).get(address(people)).status_code == status
    assert browser("viewer").post(address(people)).status_code == 405
