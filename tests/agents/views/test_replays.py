"""The page of a job's replays, and its file."""

from collections.abc import Callable

import pytest
from django.test import Client

from agents.engine import replaying
from agents.models import Job, Replay
from agents.services import jobs, parcels
from tests.agents.engine.whole import build_without_a_box
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[str], Client]


@pytest.fixture
def built(people: People) -> Job:
    return build_without_a_box(
        jobs.start(project=people.project, text="A list", by=people.owner, model="demo/reading-list")
    )


def page(people: People, job: Job, verb: str = "replay") -> str:
    return f"/p/{people.owner.handle}/{people.project.slug}/jobs/{job.pk}/{verb}/"


def test_it_is_asked_for_and_what_came_of_it_is_shown(browser: Browser, people: People, built: Job):
    client = browser("editor")
    before = client.get(page(people, built)).content.decode()
    assert "Nobody has replayed it yet." in before
    assert '<option value="implement-2">' in before
    answer = client.post(page(people, built), {"from_step": "implement-2", "into": "again"})
    assert (answer.status_code, answer["Location"]) == (302, page(people, built))
    row = Replay.objects.get()
    assert (row.from_step, row.into, row.created_by) == ("implement-2", "again", people.editor)
    assert "under way" in client.get(page(people, built)).content.decode()
    replaying.settle(row.pk)
    shown = client.get(page(people, built)).content.decode()
    assert "identical" in shown
    assert "It is version 2, on the new branch &#x27;again&#x27;." in shown
    assert "The replay: 11 files, no model asked" in shown


@pytest.mark.parametrize("wrong", [{"into": "main"}, {"into": "a b"}, {"from_step": "nothing"}, {"into": "x" * 200}])
def test_what_cannot_be_is_said(browser: Browser, people: People, built: Job, wrong: dict[str, str]):
    answer = browser("owner").post(page(people, built), {"from_step": "", "into": "", **wrong})
    assert answer.status_code == 422
    assert not Replay.objects.exists()


def test_its_file_is_what_the_service_gives(browser: Browser, people: People, built: Job):
    answer = browser("editor").get(page(people, built, "export"))
    assert answer.content == b"".join(parcels.export(built).pieces)
    assert answer["Content-Disposition"] == f'attachment; filename="job-{str(built.pk)[:8]}.zip"'


def test_what_goes_on_has_no_file(browser: Browser, people: People):
    job = jobs.start(project=people.project, text="A list", by=people.owner)
    answer = browser("owner").get(page(people, job, "export"))
    assert (answer.status_code, answer.content) == (409, b"This job is queued. It can be exported when it has ended.\n")


def test_the_chat_leads_there(browser: Browser, people: People, built: Job):
    chat = browser("owner").get(f"/p/{people.owner.handle}/{people.project.slug}/").content.decode()
    assert f'href="jobs/{built.pk}/replay/">Replay or export' in chat


def test_a_job_of_another_project_or_a_push_has_no_page(browser: Browser, people: People, built: Job):
    Job.objects.filter(pk=built.pk).update(kind="push", session=None)
    assert browser("owner").get(page(people, built)).status_code == 404
    assert browser("owner").get(page(people, built, "export")).status_code == 404
