"""Stop, pause, resume and retry, by the buttons of the page."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from agents.lifecycle import failures, leases, moves
from agents.models import Job
from agents.services import jobs
from projects import feed
from projects.services import branches, projects
from tests.agents.views.conftest import HTMX
from tests.people import People

Browser = Callable[[str], Client]
VERBS = ("stop", "pause", "resume", "retry")
# What the verb needs and what it makes of it.
BEFORE = {"stop": "queued", "pause": "queued", "resume": "paused", "retry": "failed"}
AFTER = {"stop": "cancelled", "pause": "paused", "resume": "queued", "retry": "queued"}

OTHERS = {"viewer": 403, "stranger": 404, "anonymous": 302}


@pytest.fixture
def job(people: People) -> Job:
    return jobs.start(project=people.project, text="A shelf", by=people.owner)


def bring(job: Job, state: str) -> Job:
    if state == "paused":
        jobs.pause(job, by=None)
    if state == "failed":
        lease = leases.claim(job.pk, worker="test")
        assert lease is not None
        with leases.hold(lease) as held:
            moves.begin(held)
            moves.fail(held, failures.Failure("start_failed"))
    job.refresh_from_db()
    assert job.state == state
    return job


def address(people: People, verb: str, job_id: uuid.UUID) -> str:
    return reverse(f"agents:job-{verb}", args=[people.owner.handle, people.project.slug, job_id])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ["owner", "editor"])
def test_who_may_edit_may_ask(people: People, browser: Browser, job: Job, verb: str, role: str):
    bring(job, BEFORE[verb])
    answer = browser(role).post(address(people, verb, job.pk), headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    job.refresh_from_db()
    assert job.state == AFTER[verb]


@pytest.mark.parametrize("verb", VERBS)
def test_without_scripts_one_is_led_back_to_the_project(people: People, browser: Browser, job: Job, verb: str):
    bring(job, BEFORE[verb])
    answer = browser("owner").post(address(people, verb, job.pk))
    assert (answer.status_code, answer.headers["location"]) == (302, f"/p/{people.owner.handle}/night-garden/")
    job.refresh_from_db()
    assert job.state == AFTER[verb]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", OTHERS)
def test_others_may_not_and_leave_no_trace(people: People, browser: Browser, job: Job, verb: str, role: str):
    bring(job, BEFORE[verb])
    seq = feed.last_seq(people.project.pk)
    for headers in (HTMX, {}):
        assert browser(role).post(address(people, verb, job.pk), headers=headers).status_code == OTHERS[role]
    job.refresh_from_db()
    assert (job.state, job.intent, feed.last_seq(people.project.pk)) == (BEFORE[verb], "", seq)


@pytest.mark.parametrize("verb", VERBS)
def test_a_job_of_another_project_is_not_found(people: People, browser: Browser, verb: str):
    elsewhere = projects.create(name="Elsewhere", by=people.stranger)
    other = jobs.start(project=elsewhere, text="A shelf", by=people.stranger)
    for job_id in (other.pk, uuid.uuid4()):
        assert browser("owner").post(address(people, verb, job_id)).status_code == 404
    other.refresh_from_db()
    assert other.state == "queued"


@pytest.mark.parametrize("verb", ["resume", "retry"])
def test_what_does_not_fit_is_said_in_a_sentence(people: People, browser: Browser, job: Job, verb: str):
    sentence = f"This job is queued, not {BEFORE[verb]}."
    answer = browser("owner").post(address(people, verb, job.pk))
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [sentence]
    answer = browser("owner").post(address(people, verb, job.pk), headers=HTMX)
    assert (answer.status_code, answer.content.decode()) == (409, sentence)


@pytest.mark.parametrize("verb", VERBS)
def test_looking_asks_for_nothing(people: People, browser: Browser, job: Job, verb: str):
    assert browser("owner").get(address(people, verb, job.pk)).status_code == 405


def test_without_scripts_one_is_led_back_to_the_branch_of_the_job(people: People, browser: Browser):
    night = branches.create(people.project, "night", by=people.owner)
    job = jobs.start(project=people.project, branch=night, text="Darker", by=people.owner)
    answer = browser("owner").post(address(people, "stop", job.pk))
    assert answer.headers["location"] == f"/p/{people.owner.handle}/night-garden/?branch=night"
