"""A larger budget, by a button of the card or as somebody types it on a page of its own."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from agents.models import Job
from agents.services import jobs
from projects import feed
from tests.agents.dry import NEEDED, run_dry
from tests.agents.views.conftest import HTMX
from tests.people import People

Browser = Callable[[str], Client]


@pytest.fixture
def dry(people: People) -> Job:
    return run_dry(jobs.start(project=people.project, text="A <b>shelf</b>", by=people.owner))


def address(people: People, job: Job) -> str:
    return reverse("agents:job-allow", args=[people.owner.handle, people.project.slug, job.pk])


def test_a_button_of_the_card_lets_it_go_on(people: People, browser: Browser, dry: Job):
    card = feed.fold(people.project, ["chat"])["chat"]
    for offer in ("2.40", "6.00"):
        assert f'formaction="jobs/{dry.pk}/allow/" name="budget" value="{offer}"' in card
    assert f'href="jobs/{dry.pk}/allow/"' in card
    answer = browser("editor").post(address(people, dry), {"budget": "2.40"}, headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    dry.refresh_from_db()
    assert (dry.state, dry.budget) == ("queued", Decimal("2.40"))
    assert "The budget is used up" not in feed.fold(people.project, ["chat"])["chat"]


def test_the_page_says_how_much_is_needed_and_takes_what_is_typed(people: People, browser: Browser, dry: Job):
    page = browser("editor").get(address(people, dry)).content.decode()
    assert (NEEDED in page, "A &lt;b&gt;shelf" in page, 'value="2.40"' in page) == (True, True, True)
    answer = browser("editor").post(address(people, dry), {"budget": "1.2"})
    assert (answer.status_code, answer.headers["location"]) == (302, f"/p/{people.owner.handle}/night-garden/")
    dry.refresh_from_db()
    assert (dry.state, dry.budget) == ("queued", Decimal("1.2"))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1.199999", "A budget of $1.20 or more is needed; it is $1.199999, of which $0.90 are spent."),
        ("", "This field is required."),
        ("much", "Enter a number."),
        ("-1", "Ensure this value is greater than or equal to 0."),
        ("1000000", "Ensure this value is less than or equal to 999999."),
    ],
)
def test_what_does_not_do_is_said_and_changes_nothing(people: People, browser: Browser, dry: Job, typed: str, why: str):
    seq = feed.last_seq(people.project.pk)
    answer = browser("editor").post(address(people, dry), {"budget": typed})
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    answer = browser("editor").post(address(people, dry), {"budget": typed}, headers=HTMX)
    assert (answer.status_code, answer.content.decode()) == (409, why)
    dry.refresh_from_db()
    assert (dry.state, dry.budget, feed.last_seq(people.project.pk)) == ("paused", Decimal(1), seq)


def test_who_does_not_wait_for_it_is_led_back(people: People, browser: Browser):
    job = jobs.start(project=people.project, text="A shelf", by=people.owner)
    sentence = "This job does not wait for a budget."
    answer = browser("editor").get(address(people, job))
    assert (answer.status_code, [str(one) for one in get_messages(answer.wsgi_request)]) == (302, [sentence])
    answer = browser("editor").post(address(people, job), {"budget": "5"}, headers=HTMX)
    assert (answer.status_code, answer.content.decode()) == (409, sentence)
    job.refresh_from_db()
    assert (job.state, job.budget) == ("queued", None)


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("anonymous", 302)])
def test_who_may_not_edit_allows_nothing(people: People, browser: Browser, dry: Job, role: str, status: int):
    seq = feed.last_seq(people.project.pk)
    for ask in (browser(role).get, browser(role).post):
        assert ask(address(people, dry), {"budget": "5"}).status_code == status
    dry.refresh_from_db()
    assert (dry.state, dry.budget, feed.last_seq(people.project.pk)) == ("paused", Decimal(1), seq)
