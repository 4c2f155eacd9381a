"""What a page makes of the frames that are pushed to it."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, expect

from projects import feed
from projects.models import Event, Project
from tests.people import People
from tests.ui import story
from tests.ui.bench import Bench

pytestmark = pytest.mark.browser


def _record(project: Project, kind: str, payload: dict[str, Any]) -> Event:
    with transaction.atomic():
        return feed.record(project, kind, payload, job_ref=uuid.UUID(story.JOB))


@contextmanager
def _open(chromium: Browser, people: People) -> Iterator[Bench]:
    client = Client()
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    path = f"/p/{people.owner.handle}/{people.project.slug}/"
    yield Bench(context, client, path)
    context.close()


def test_an_event_that_comes_twice_is_shown_once(chromium: Browser, people: People) -> None:
    with _open(chromium, people) as bench:
        event = _record(people.project, *story.STORY[0])
        bench.push(event)
        bench.push(event)
        bench.push(_record(people.project, *story.STORY[1]))
        expect(bench.page.locator('[data-region="chat"] > *')).to_have_count(2)


def test_words_that_are_being_said_are_text_until_they_are_a_message(chromium: Browser, people: People) -> None:
    with _open(chromium, people) as bench:
        hint = {"type": "message_chunk", "message": "m2", "text": "one <b>two</b>"}
        bench.send(json.dumps({"hint": hint}))
        said = bench.page.locator("#message-m2")
        expect(said).to_contain_text("one <b>two</b>")
        bench.push(_record(people.project, *story.STORY[4]))
        expect(said.locator("li")).to_have_count(2)
        expect(bench.page.locator("[data-live]")).to_have_count(0)


def test_nothing_said_yet_is_no_bubble(chromium: Browser, people: People) -> None:
    with _open(chromium, people) as bench:
        for text in ("", "\n", "Now"):
            bench.send(json.dumps({"hint": {"type": "message_chunk", "message": f"m-{len(text)}", "text": text}}))
        expect(bench.page.locator("#message-m-3")).to_have_text(re.compile("Now"))
        expect(bench.page.locator(".msg")).to_have_count(1)


def test_only_the_job_that_ended_leaves_the_queue(chromium: Browser, people: People) -> None:
    """Another job's pause says nothing about those that wait behind it."""
    queued, paused = story.told("job_queued")[0], story.told("job_paused")[0]
    with _open(chromium, people) as bench:
        bench.push(_record(people.project, "job_queued", queued))
        bench.push(_record(people.project, "job_paused", {**paused, "job": "another"}))
        expect(bench.page.locator('[data-region="chat"] .note:visible')).to_have_count(2)
        bench.push(_record(people.project, "job_cancelled", {**queued, "state": "cancelled"}))
        expect(bench.page.get_by_text("In the queue")).to_be_hidden()
        expect(bench.page.get_by_text("Stopped", exact=True)).to_be_visible()


def test_a_file_grows_while_it_is_written(chromium: Browser, people: People) -> None:
    with _open(chromium, people) as bench:
        opened = story.told("file_opened")[0]
        bench.push(_record(people.project, "file_opened", opened))
        expect(bench.page.locator(".filecard")).to_have_attribute("data-state", "run")
        hint = {"type": "file_chunk", "path_id": opened["path_id"], "job": story.JOB, "lines": 7, "tail": "<h1>Hi</h1>"}
        bench.send(json.dumps({"hint": hint}))
        expect(bench.page.locator(".filecard [data-lines]")).to_have_text("7")
        expect(bench.page.locator(".filecard [data-tail]")).to_have_text("<h1>Hi</h1>")


def test_a_command_shows_its_lines_as_they_come(chromium: Browser, people: People) -> None:
    with _open(chromium, people) as bench:
        bench.push(_record(people.project, *story.STORY[16]))
        expect(bench.page.locator(".fold")).to_have_attribute("data-state", "run")
        for text in ("first", "<i>second</i>"):
            bench.send(json.dumps({"hint": {"type": "log_line", "command": "c1", "text": text}}))
        expect(bench.page.locator(".fold [data-log]")).to_have_text("first\n<i>second</i>\n")


def test_the_end_of_a_job_is_announced_once(chromium: Browser, people: People) -> None:
    with _open(chromium, people) as bench:
        bench.push(_record(people.project, "phase_changed", story.told("phase_changed")[1]))
        expect(bench.page.get_by_role("log")).to_have_attribute("aria-busy", "true")
        bench.push(_record(people.project, "phase_changed", story.told("phase_changed")[-2]))
        bench.push(_record(people.project, "job_completed", story.told("job_completed")[0]))
        expect(bench.page.get_by_role("log")).to_have_attribute("aria-busy", "false")
        expect(bench.page.locator("[data-announce]")).to_have_text("Djinn is done.")
