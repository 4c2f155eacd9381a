"""What it would cost stands beside the wish and the message box, and follows what is chosen there."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Job
from projects.services import files
from tests.agents.views.conftest import HTMX
from tests.people import People
from tests.ui import markup

Browser = Callable[[str], Client]

SONNET, OPUS = "anthropic/claude-sonnet-4-5", "anthropic/claude-opus-4-5"
EACH, WHOLE = "$1.15 at most for each call", "$1.15 at most"


@pytest.fixture(autouse=True)
def priced(settings) -> None:
    settings.DJINN_MODEL, settings.MODEL_CHOICES = SONNET, [OPUS, "demo"]
    settings.MODEL_OF_STEP, settings.JOB_BUDGET, settings.DJINN_API_BASE = {}, 0, ""


def of(people: People) -> str:
    return reverse("agents:project-estimate", args=[people.owner.handle, people.project.slug])


def page(people: People) -> str:
    return reverse("agents:workbench", args=[people.owner.handle, people.project.slug])


def test_it_stands_in_the_pages_from_the_first(people: People, browser: Browser):
    for address in ("/", page(people)):
        assert EACH in browser("owner").get(address).content.decode()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", EACH),
        ("?talk=on", WHOLE),
        ("?model=demo", "Free of charge"),
        (f"?model={OPUS}", "$1.91 at most for each call"),
        ("?model=nobody/nothing&talk=on", EACH),
    ],
)
def test_it_follows_the_choice(people: People, browser: Browser, query: str, says: str):
    text = browser("viewer").get(of(people) + query, headers=HTMX).content.decode()
    assert says in markup.read(text).text
    assert f'hx-get="{of(people)}"' in text


def test_a_wish_has_its_own(people: People, browser: Browser):
    answer = browser("stranger").get(f"{reverse('agents:estimate')}?model=demo")
    assert (answer.status_code, "Free of charge" in answer.content.decode()) == (200, True)


def test_the_model_that_is_chosen_does_it(people: People, browser: Browser):
    files.save(people.main, "a.txt", b"a", by=people.owner)
    address = reverse("agents:message-send", args=[people.owner.handle, people.project.slug])
    answer = browser("editor").post(address, {"text": "Green", "model": "demo"}, headers=HTMX)
    job = Job.objects.get()
    assert (job.model, job.input["model"]) == ("demo", "demo")
    text = answer.content.decode()
    assert "Free of charge" in text, "the choice stays for the next message"
    assert '<option value="demo" selected>' in text


def test_a_wish_may_choose_too(people: People, browser: Browser):
    browser("owner").post(reverse("agents:wish-send"), {"wish": "A garden", "model": OPUS})
    assert Job.objects.get().model == OPUS


@pytest.mark.parametrize("model", ["anthropic/other", "nobody/nothing"])
def test_what_is_no_choice_is_refused(people: People, browser: Browser, model: str):
    answer = browser("owner").post(reverse("agents:wish-send"), {"wish": "A garden", "model": model})
    assert (answer.status_code, Job.objects.count()) == (422, 0)


def test_where_there_is_no_choice_there_is_none_to_make(people: People, browser: Browser, settings):
    settings.MODEL_CHOICES = []
    for address in ("/", page(people)):
        assert "<select" not in browser("owner").get(address).content.decode()


def test_a_model_that_is_set_and_cannot_be_does_not_break_the_page(people: People, browser: Browser, settings):
    settings.DJINN_MODEL = "nobody/nothing"
    assert "There is no model provider called" in browser("owner").get(page(people)).content.decode()
