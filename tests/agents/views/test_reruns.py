"""The page that asks for a job again, and the one that compares both."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Job
from agents.services import jobs, reruns
from projects.models import Branch
from projects.services import projects
from tests.agents.services.test_comparisons import made
from tests.people import People

Browser = Callable[[str], Client]


@pytest.fixture
def ended(people: People) -> Job:
    job = jobs.start(project=people.project, text="A <b>shelf</b>", by=people.owner)
    return made(job, b"one\n")


def address(people: People, job: Job, name: str = "job-again") -> str:
    return reverse(f"agents:{name}", args=[people.owner.handle, people.project.slug, job.pk])


def test_it_offers_the_models_there_are_and_leads_to_the_new_branch(
    people: People, browser: Browser, ended: Job, settings
):
    settings.DJINN_MODEL = "openrouter/a, openrouter/b"
    page = browser("editor").get(address(people, ended)).content.decode()
    assert ("A &lt;b&gt;shelf" in page, "<b>shelf" in page) == (True, False)
    for name in ("openrouter/a", "openrouter/b", "demo"):
        assert f'<option value="{name}">' in page
    key = browser("editor").get(address(people, ended)).context["form"]["key"].value()
    for _ in range(2):
        sent = browser("editor").post(address(people, ended), {"model": "openrouter/b", "key": key})
        assert sent.headers["location"] == f"/p/{people.owner.handle}/night-garden/?branch=again-b-1"
    again = Job.objects.get(rerun_of=ended)
    assert (again.model, again.created_by) == ("openrouter/b", people.editor)


@pytest.mark.parametrize(("model", "why"), [("", "Say which model"), ("nobody/x", "There is no model provider")])
def test_what_does_not_fit_is_said_and_runs_nothing(people: People, browser: Browser, ended: Job, model: str, why: str):
    answer = browser("editor").post(address(people, ended), {"model": model})
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert (Job.objects.count(), Branch.objects.count()) == (1, 1)


def test_what_cannot_be_run_again_says_so_beforehand(people: People, browser: Browser):
    job = jobs.start(project=people.project, text="A shelf", by=people.owner)
    page = browser("editor").get(address(people, job)).content.decode()
    assert "It can be run again when it has ended." in page
    assert 'name="model"' not in page


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("anonymous", 302)])
def test_who_may_not_runs_nothing(people: People, browser: Browser, ended: Job, role: str, status: int):
    for ask in (browser(role).get, browser(role).post):
        assert ask(address(people, ended), {"model": "demo"}).status_code == status
    assert Job.objects.count() == 1


def test_a_job_of_another_project_is_not_there(people: People, browser: Browser, ended: Job):
    other = projects.create(name="Other", by=people.owner)
    for name in ("job-again", "job-comparison"):
        there = reverse(f"agents:{name}", args=[people.owner.handle, other.slug, ended.pk])
        assert browser("owner").get(there).status_code == 404


def test_both_are_compared_for_everybody_who_may_look(people: People, browser: Browser, ended: Job):
    again = made(reruns.start(ended, model="demo", by=people.owner), b"two\n")
    for job in (ended, again):
        page = browser("viewer").get(address(people, job, "job-comparison"))
        text = page.content.decode()
        assert ("1 file" in text, "a.txt" in text, "version 2" in text, "again-demo-1" in text) == (True,) * 4
    assert browser("stranger").get(address(people, again, "job-comparison")).status_code == 404


def test_before_both_have_ended_it_says_so(people: People, browser: Browser, ended: Job):
    assert browser("viewer").get(address(people, ended, "job-comparison")).status_code == 404
    again = reruns.start(ended, model="demo", by=people.owner)
    text = browser("viewer").get(address(people, again, "job-comparison")).content.decode()
    assert "One of them is not done yet." in text
    assert "It has not ended yet." in text


def test_the_cards_on_both_pages_lead_to_each_other(people: People, browser: Browser, ended: Job):
    there = reverse("agents:workbench", args=[people.owner.handle, people.project.slug])
    assert f'href="jobs/{ended.pk}/again/"' in browser("owner").get(there).content.decode()
    again = reruns.start(ended, model="demo", by=people.owner)
    first = browser("owner").get(there).content.decode()
    second = browser("owner").get(f"{there}?branch=again-demo-1").content.decode()
    compare = f'href="jobs/{again.pk}/comparison/"'
    assert (compare in first, compare in second) == (True, True)
    assert ('href="?branch=again-demo-1">Look at it' in first, 'href="./">The first one' in second) == (True, True)
