"""Two pages of one project, each of another branch, while jobs work on both."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from agents.models import Job
from agents.services import jobs, reruns
from projects import feed
from projects.models import Branch
from tests import people as people_of_tests
from tests.agents.engine.replies import PAGE, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import in_background, run
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer, Script, Seen
from tests.people import People
from tests.projects.feed.sockets import ORIGIN, Socket, cookie_of
from tests.ui.bench import Bench

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def server(settings) -> Iterator[ModelServer]:
    with model_server.running() as server:
        settings.DJINN_API_BASE, settings.DJINN_API_KEY = server.url, "sk-test-0123456789"
        yield server


def _answer(seen: Seen) -> Script:
    """Each model has a build of its own."""
    paths = tuple(PAGE) if seen.body["model"] == "own-model" else ("index.html",)
    is_planned = "Write these files now" in json.dumps(seen.body["messages"])
    return says(written(*paths)) if is_planned else says(blueprint(paths))


@pytest.fixture
def pair(people: People, server: ModelServer) -> tuple[Job, Job]:
    """One that waits on `main`, and one on a branch beside it."""
    server.will_choose(_answer)
    stopped = jobs.start(project=people.project, text="A shelf", by=people.owner, model="own-model")
    jobs.stop(stopped, by=people.owner)
    said = jobs.start(project=people.project, text="A shelf of wood", by=people.owner, model="own-model")
    return said, reruns.start(Job.objects.get(pk=stopped.pk), model="other-model", by=people.owner)


@contextmanager
def _page(chromium: Browser, people: People, branch: Branch) -> Iterator[Bench]:
    client = Client()
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    query = "" if branch == people.main else f"?branch={branch.name}"
    yield Bench(context, client, f"/p/{people.owner.handle}/{people.project.slug}/{query}")
    context.close()


def _heard(people: People, branch: Branch, after: int, last: int) -> list[dict[str, Any]]:
    """What the socket of a page brings, up to the event with this number."""
    cookie = cookie_of(people.owner)

    async def listen() -> list[dict[str, Any]]:
        path = f"/live/projects/{people.project.pk}/?after={after}&branch={branch.pk}"
        socket = await Socket(path, {"origin": ORIGIN, "cookie": cookie}).open()
        frames = [await socket.frame()]
        while frames[-1]["seq"] != last:
            frames.append(await socket.frame())
        await socket.leave()
        return frames

    # The browser's own loop runs in this thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, listen()).result(60)


def _work(*both: Job) -> None:
    """At once; where the machine has much to do they give way, and go on."""
    for thread in [in_background(job) for job in both]:
        thread.join(90)
        assert not thread.is_alive()
    assert {run(job).state for job in both} == {"completed"}


def test_each_shows_its_own_and_what_came_live_is_what_a_reload_shows(
    chromium: Browser, people: People, pair: tuple[Job, Job]
):
    said, again = pair
    with _page(chromium, people, said.branch) as main, _page(chromium, people, again.branch) as beside:
        before = feed.last_seq(people.project.pk)
        _work(said, again)
        last = feed.last_seq(people.project.pk)
        for page, job, files in ((main, said, tuple(PAGE)), (beside, again, ("index.html",))):
            frames = _heard(people, job.branch, before, last)
            assert [frame["seq"] for frame in frames] == list(range(before + 1, last + 1))
            for frame in frames:
                page.send(json.dumps(frame))
            page.page.wait_for_selector(f'[data-live-seq="{last}"]')
            expect(page.page.locator(".filecard")).to_have_count(len(files))
            expect(page.page.locator(".note b", has_text="Done")).to_have_count(1)
            live = page.regions()
            page.load()
            assert page.regions() == live
            assert page.complaints == []
