"""The page on which a plan is put right before it is built."""

import pytest
from django.urls import reverse

from agents.lifecycle import plans
from agents.models import Job
from agents.services import jobs
from tests.agents import planned
from tests.agents.planned import PLAN
from tests.agents.views.test_jobs import Browser
from tests.people import People


@pytest.fixture
def job(people: People) -> Job:
    return planned.wait(people.project, people.owner)


def address(people: People, job: Job) -> str:
    return reverse("agents:job-plan", args=[people.owner.handle, people.project.slug, job.pk])


def form(job: Job, **more: str) -> dict[str, str]:
    texts = {
        "seen": plans.seal(job),
        "name": "Bookcase",
        "description": "Books",
        "pages": "/ | Books",
        "features": "Add\r\nRemove",
        "records": "books",
        "phases": "All\r\n- index.html | The page\r\n- style.css | Its look",
    }
    return {**texts, **more}


def test_the_form_shows_the_plan_in_lines(people: People, browser: Browser, job: Job):
    page = browser("editor").get(address(people, job))
    assert page.status_code == 200
    for text in ("/ | Shelf | All books", "Add a book", "- index.html | The page"):
        assert text in page.content.decode()


@pytest.mark.parametrize(("button", "state"), [({}, "paused"), ({"build": "yes"}, "queued")])
def test_it_is_kept_and_built_when_that_is_said(
    people: People, browser: Browser, job: Job, button: dict[str, str], state: str
):
    answer = browser("editor").post(address(people, job), form(job, **button))
    assert answer.status_code == 302
    job.refresh_from_db()
    assert (job.state, job.blueprint["name"], job.blueprint["look"]) == (state, "Bookcase", PLAN["look"])
    assert [file["path"] for file in job.plan[0]["files"]] == ["index.html", "style.css"]


def test_what_cannot_be_built_is_said_and_what_was_typed_stays(people: People, browser: Browser, job: Job):
    answer = browser("owner").post(address(people, job), form(job, phases="All\n- ../etc/passwd"))
    assert answer.status_code == 422
    assert "- ../etc/passwd" in answer.content.decode()
    assert "index.html" in answer.content.decode()  # a plain page needs it
    job.refresh_from_db()
    assert job.blueprint == PLAN


def test_of_two_people_the_second_is_told_and_keeps_the_text(people: People, browser: Browser, job: Job):
    mine = form(job, name="Mine")
    assert browser("owner").post(address(people, job), form(job, name="Theirs")).status_code == 302
    answer = browser("editor").post(address(people, job), mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody changed the plan meanwhile" in page
    assert 'value="Mine"' in page
    job.refresh_from_db()
    assert (job.blueprint["name"], plans.seal(job) in page) == ("Theirs", True)


def test_a_plan_that_does_not_wait_leads_back(people: People, browser: Browser, job: Job):
    jobs.resume(job, by=people.owner)
    assert browser("owner").get(address(people, job)).status_code == 302


def test_only_who_may_edit_sees_it(people: People, browser: Browser, job: Job):
    statuses = {
        role: browser(role).get(address(people, job)).status_code for role in ("viewer", "stranger", "anonymous")
    }
    assert statuses == {"viewer": 403, "stranger": 404, "anonymous": 302}


def test_the_chat_offers_to_build_change_and_drop_it(people: People, browser: Browser, job: Job):
    page = browser("owner").get(reverse("agents:workbench", args=[people.owner.handle, people.project.slug]))
    text = page.content.decode()
    for part in ("The plan is ready", f"jobs/{job.pk}/resume/", f"jobs/{job.pk}/plan/", f"jobs/{job.pk}/stop/"):
        assert part in text
