"""Our events in the words of the earlier design, one by one."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction

from agents.api.shims.voices import Applying, Building, Installing, frames
from agents.models import Job
from agents.services import applies, jobs, outcomes
from agents.services.replies import Results
from projects import feed
from projects.feed import rendering
from projects.models import Event, Project
from projects.rest.streams import Voice
from projects.services import changesets
from projects.services.staging import Content
from tests.people import People
from tests.ui.story import STORY

pytestmark = pytest.mark.django_db(transaction=True)
COMMAND = {"command": "c", "kind": "install", "title": "Install zustand", "job": ""}


def told(voice: Voice, project: Project, kind: str, payload: dict[str, Any], job: Job | None = None) -> Any:
    """What this event comes to; its number stands before the last line of it."""
    with transaction.atomic():
        feed.record(project, kind, payload, job_ref=job.pk if job else None)
    event = Event.objects.filter(project=project).order_by("-seq").first()
    assert event is not None
    text = async_to_sync(voice.tell)(rendering.render(event)).decode()
    blocks = text.split("\n\n")[:-1]
    assert [block.startswith(f"id: {event.seq}\n") for block in blocks] == [False] * (len(blocks) - 1) + [True] * bool(
        blocks
    )
    return [json.loads(block.partition("data: ")[2]) for block in blocks]


def story(kind: str, **more: Any) -> dict[str, Any]:
    return next(payload for name, payload in STORY if name == kind) | more


@pytest.fixture
def job(people: People) -> Job:
    return jobs.start(project=people.project, text="A shelf", by=people.owner)


@pytest.fixture
def building(job: Job) -> Building:
    return Building(job, outcomes.span(job))


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("job_queued", {"message": "Waits."}, {"type": "status", "message": "Waits."}),
        ("job_started", {}, {"type": "status", "message": "Djinn is at it."}),
        ("job_paused", {"waiting_for": "approval"}, {"type": "status"}),
        ("message_sent", {"role": "assistant", "text": "Hi"}, {"type": "conversation", "text": "Hi"}),
        ("phase_changed", {"phase": "install"}, {"type": "status", "message": "Phase: install"}),
        ("file_opened", {}, {"type": "status", "message": "Writing index.html"}),
        ("file_closed", {"path": "src/App.tsx"}, {"type": "app", "path": "src/App.tsx"}),
        ("file_closed", {}, {"type": "component", "name": "index", "path": "index.html", "index": 1}),
        ("file_deleted", {}, {"type": "info", "message": "old.js is deleted."}),
        ("file_abandoned", {}, {"type": "warning", "message": "half.js: The model stopped."}),
        ("command_started", {}, {"type": "info", "message": "npm install"}),
        ("repair_started", {}, {"type": "warning", "message": "It broke."}),
    ],
)
def test_each_is_said_in_their_words(
    job: Job, building: Building, kind: str, more: dict[str, Any], said: dict[str, Any]
) -> None:
    [one] = told(building, job.project, kind, story(kind, **more), job)
    assert said.items() <= one.items()
    assert not building.is_over


def test_what_people_say_and_what_is_of_other_jobs_is_not_told(people: People, job: Job, building: Building) -> None:
    assert told(building, people.project, "message_sent", story("message_sent"), job) == []
    assert told(building, people.project, "file_opened", story("file_opened")) == []
    assert told(building, people.project, "changeset_rejected", story("changeset_rejected"), job) == []


@pytest.mark.parametrize(("kind", "code"), [("job_failed", "install_failed"), ("job_cancelled", "cancelled")])
def test_a_bad_end_is_an_error_and_nothing_follows(
    people: People, job: Job, building: Building, kind: str, code: str
) -> None:
    [one] = told(building, people.project, kind, story(kind, code=code), job)
    assert (one["type"], one["code"], building.is_over) == ("error", code, True)
    assert one["error"] == one["message"] != ""


def test_an_end_before_it_went_on_is_none(people: People, job: Job) -> None:
    with transaction.atomic():
        feed.record(people.project, "job_failed", story("job_failed"), job_ref=job.pk)
    failed = feed.last_seq(people.project.pk)
    voice = Building(job, outcomes.span(job))
    event = Event.objects.get(project=people.project, seq=failed)
    assert (async_to_sync(voice.tell)(rendering.render(event)), voice.is_over) == (b"", False)
    [end] = told(voice, people.project, "job_completed", story("job_completed"), job)
    assert (end["type"], end["files"], voice.is_over) == ("complete", 0, True)


def test_an_apply_tells_its_own_change_set_alone(people: People) -> None:
    diffs = [
        changesets.propose(people.main, [(path, Content(b"1"))], by=people.owner, title=path) for path in ("a", "b")
    ]
    job = applies.ask(diffs[0], by=people.owner)
    voice = Applying(job, outcomes.span(job), Results(["a"], ["b"], ["c: no"]), explanation="Why.")
    applied = story("changeset_applied")
    assert told(voice, people.project, "changeset_applied", applied | {"changeset": str(diffs[1].pk)}) == []
    assert told(voice, people.project, "changeset_applied", applied | {"changeset": str(diffs[0].pk)}) == [
        {"type": "file-complete", "fileName": "a", "action": "created"},
        {"type": "file-complete", "fileName": "b", "action": "updated"},
    ]
    [end] = told(voice, people.project, "job_completed", story("job_completed"), job)
    assert (end["type"], end["explanation"], end["results"]["errors"]) == ("complete", "Why.", ["c: no"])


def test_packages_are_in_place(people: People) -> None:
    voice = Installing(["zustand"], branch_id=people.main.pk)
    assert told(voice, people.project, "command_started", COMMAND | {"kind": "serve"}) == []
    assert told(voice, people.project, "command_started", COMMAND) == [{"type": "status", "message": "Install zustand"}]
    ended = COMMAND | {"exit_code": 0, "seconds": 1.0, "tail": "added 1 package\n\nfound 0"}
    output, more, success, complete = told(voice, people.project, "command_finished", ended)
    assert (output, more["message"]) == ({"type": "output", "message": "added 1 package"}, "found 0")
    assert (success["type"], success["installedPackages"]) == ("success", ["zustand"])
    assert (complete["success"], complete["installedPackages"], complete["failedPackages"]) == (True, ["zustand"], [])
    assert voice.is_over


def test_packages_of_another_branch_are_its_own(people: People) -> None:
    voice, other = Installing(["zustand"], branch_id=people.main.pk), people.main.pk + 1
    ended = COMMAND | {"exit_code": 0, "seconds": 1.0, "tail": ""}
    with transaction.atomic():
        event = feed.record(people.project, "command_finished", ended, branch_id=other)
    assert (async_to_sync(voice.tell)(rendering.render(event)), voice.is_over) == (b"", False)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("command_finished", COMMAND | {"exit_code": 1, "seconds": 1.0, "tail": ""}),
        ("command_finished", COMMAND | {"exit_code": None, "seconds": 1.0, "tail": ""}),
        ("sandbox_changed", story("sandbox_changed", state="failed", error="out of memory")),
    ],
)
def test_packages_that_are_not_in_place_are_told(people: People, kind: str, payload: dict[str, Any]) -> None:
    voice = Installing(["zustand"], branch_id=people.main.pk)
    error, complete = told(voice, people.project, kind, payload)
    assert (error["type"], complete["success"], complete["failedPackages"]) == ("error", False, ["zustand"])
    assert voice.is_over


def test_a_line_is_one_line_whatever_is_said() -> None:
    assert frames([{"a": "x\n\nid: 9\n\nd\ud800"}], seq=3) == b'id: 3\ndata: {"a": "x\\n\\nid: 9\\n\\nd?"}\n\n'
    assert frames([], seq=3) == b""
