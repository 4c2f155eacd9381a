"""Saying something to the agent."""

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.models import Job, Message
from agents.models.sessions import MOST_TEXT
from agents.services import jobs
from projects import feed
from projects.enums import AuthorKind
from projects.services import branches, changesets, files, projects
from tests.agents.views.conftest import HTMX
from tests.people import People

Browser = Callable[[str], Client]


def address(people: People) -> str:
    return reverse("agents:message-send", args=[people.owner.handle, people.project.slug])


def has_left_no_trace(people: People) -> bool:
    said = [event for event in feed.since(people.project.pk, 0) if event.kind != "project_archived"]
    return not (Job.objects.exists() or Message.objects.exists() or said)


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_a_message_starts_a_job_and_gives_an_empty_composer(people: People, browser: Browser, role: str):
    answer = browser(role).post(address(people), {"text": "  A shelf\r\nfor books "}, headers=HTMX)
    assert answer.status_code == 200
    [job] = Job.objects.all()
    assert (job.input["text"], job.created_by, job.project) == (
        "A shelf\nfor books",
        people.by_role(role),
        people.project,
    )
    text = answer.content.decode()
    assert 'id="composer"' in text
    assert "A shelf" not in text


def test_without_scripts_one_is_led_back_to_the_project(people: People, browser: Browser):
    answer = browser("owner").post(address(people), {"text": "A shelf"})
    assert (answer.status_code, answer.headers["location"]) == (302, f"/p/{people.owner.handle}/night-garden/")
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "Say what to change."),
        (" \n ", "Say what to change."),
        ("x" * (MOST_TEXT + 1), "A message may have up to 20,000 characters; this has 20001."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_a_message_is_said_and_leaves_no_trace(people: People, browser: Browser, text: str, fault: str):
    answer = browser("owner").post(address(people), {"text": text}, headers=HTMX)
    assert fault in answer.content.decode()
    plain = browser("owner").post(address(people), {"text": text})
    assert [str(message) for message in get_messages(plain.wsgi_request)] == [fault]
    assert has_left_no_trace(people)


def test_the_longest_message_counts_line_breaks_once(people: People, browser: Browser):
    lines = "\r\n".join(["x"] * (MOST_TEXT // 2))
    assert browser("owner").post(address(people), {"text": lines}, headers=HTMX).status_code == 200
    assert Message.objects.get().text.count("\n") == MOST_TEXT // 2 - 1


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("anonymous", 302)])
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_others_may_not_and_leave_no_trace(
    people: People, browser: Browser, role: str, status: int, headers: dict[str, str]
):
    answer = browser(role).post(address(people), {"text": "A shelf"}, headers=headers)
    assert answer.status_code == status
    assert has_left_no_trace(people)


def test_an_archived_project_takes_no_messages(people: People, browser: Browser):
    projects.archive(people.project, by=people.owner)
    assert browser("owner").post(address(people), {"text": "A shelf"}).status_code == 403
    assert has_left_no_trace(people)


def test_a_page_of_another_site_cannot_send(people: People):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address(people), {"text": "A shelf"}).status_code == 403
    assert has_left_no_trace(people)


def test_looking_is_not_sending(people: People, browser: Browser):
    assert browser("owner").get(address(people)).status_code == 405


def test_two_tabs_that_send_at_once_make_two_jobs_in_order(people: People, browser: Browser):
    for text in ("A shelf", "Make it green"):
        browser("owner").post(address(people), {"text": text}, headers=HTMX)
    first, second = Job.objects.order_by("created_at")
    assert [(job.kind, job.state) for job in (first, second)] == [("generate", "queued"), ("edit", "queued")]
    assert first.session == second.session


def test_who_only_asks_gets_an_answer(people: People, browser: Browser):
    files.save(people.main, "index.html", b"<h1>Hello</h1>", by=people.owner)
    page = browser("editor").post(address(people), {"text": "How would you make it green?", "talk": "on"}, headers=HTMX)
    assert (page.status_code, Job.objects.get().kind) == (200, "plan")
    assert "checked" in page.content.decode(), "whoever talks goes on talking"


def test_what_is_said_now_goes_to_the_job_at_work(people: People, browser: Browser):
    job = jobs.start(project=people.project, text="A shelf", by=people.owner)
    said = {"text": "And make it green", "now": "yes", "key": "a" * 32}
    for _ in range(2):
        assert browser("editor").post(address(people), said, headers=HTMX).status_code == 200
    assert Job.objects.get() == job
    assert list(Message.objects.filter(job=job).values_list("text", flat=True)) == ["A shelf", "And make it green"]


def test_what_is_said_now_when_nobody_works_is_a_message_as_any_other(people: People, browser: Browser):
    job = jobs.start(project=people.project, text="A shelf", by=people.owner)
    jobs.stop(job, by=people.owner)
    assert browser("editor").post(address(people), {"text": "Again", "now": "yes"}, headers=HTMX).status_code == 200
    assert Job.objects.exclude(pk=job.pk).get().input["text"] == "Again"


@pytest.mark.parametrize("more", [{}, {"now": "yes"}])
def test_what_is_said_on_the_page_of_a_branch_is_done_there(people: People, browser: Browser, more: dict[str, str]):
    night = branches.create(people.project, "night/1", by=people.owner)
    at_work = jobs.start(project=people.project, text="By day", by=people.owner)
    there = f"{address(people)}?branch=night%2F1"
    answer = browser("owner").post(there, {"text": "By night", **more})
    assert answer.headers["location"] == f"/p/{people.owner.handle}/night-garden/?branch=night%2F1"
    job = Job.objects.exclude(pk=at_work.pk).get()
    assert (job.branch, job.input["text"], job.session and job.session.title) == (night, "By night", "night/1")
    text = browser("owner").post(there, {"text": ""}, headers=HTMX).content.decode()
    assert f'action="{address(people)}?branch=night%2F1"' in text


def test_nothing_is_said_on_a_branch_that_is_not_there(people: People, browser: Browser):
    assert browser("owner").post(f"{address(people)}?branch=night", {"text": "x"}).status_code == 404
    assert has_left_no_trace(people)


def test_what_waits_for_review_on_one_branch_stops_nobody_on_another(people: People, browser: Browser):
    done = jobs.start(project=people.project, text="By day", by=people.owner)
    Job.objects.filter(pk=done.pk).update(state="completed", finished_at=timezone.now())
    changesets.open(branch=people.main, author_kind=AuthorKind.AGENT, job_ref=done.pk)
    branches.create(people.project, "night", by=people.owner)
    for branch, count in (("main", 1), ("night", 2)):
        browser("owner").post(f"{address(people)}?branch={branch}", {"text": "More"})
        assert Job.objects.count() == count
