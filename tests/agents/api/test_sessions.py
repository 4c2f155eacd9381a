"""Sessions over the API: begun, talked in, labelled, brought back."""

from typing import Any

import pytest

from agents.models import Job, Message, Session
from agents.services import jobs, sessions
from projects import feed
from projects.models import Checkpoint, Version
from projects.services import files
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db
NOBODYS = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def session(people: People) -> Session:
    return sessions.create(people.main, "Colours", by=people.owner)


@pytest.fixture
def root(people: People) -> str:
    return f"/projects/{people.project.pk}/sessions"


def trace(people: People) -> Any:
    rows = (Session, Message, Job, Checkpoint, Version)
    return [list(model.objects.order_by("pk").values()) for model in rows], feed.last_seq(people.project.pk)


def test_a_session_is_begun_renamed_and_put_away(people: People, program: Programs, root: str) -> None:
    asks = program(people.editor)
    made = asks.post(root, {"title": "Colours"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert made.headers["Location"] == f"/api/v2{root}/{told['id']}"
    assert (told["title"], told["branch"], told["archived"], told["created_by"]) == ("Colours", "main", False, "Editor")
    one = f"{root}/{told['id']}"
    assert asks.get(one).json() == told
    assert asks.patch(one, {"title": "Shapes", "archived": True}).json() == told | {"title": "Shapes", "archived": True}
    assert asks.patch(one, {"archived": False}).json()["title"] == "Shapes"
    assert [item["title"] for item in asks.get(root).json()["items"]] == ["Shapes"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"title": ""}, "invalid"),
        ({"title": " "}, "invalid"),
        ({"title": "x" * 121}, "invalid"),
        ({"title": "x", "branch": "nowhere"}, "not_found"),
        ({}, "invalid"),
    ],
)
def test_what_is_no_session_is_not_begun(
    people: People, program: Programs, root: str, body: dict[str, str], code: str
) -> None:
    before = trace(people)
    assert problem(program(people.editor).post(root, body))["code"] == code
    assert program(people.viewer).post(root, {"title": "x"}).status_code == 403
    assert trace(people) == before


def test_what_is_said_becomes_a_job_of_the_session(
    people: People, program: Programs, root: str, session: Session
) -> None:
    asks, one = program(people.editor), f"{root}/{session.pk}"
    said = asks.post(f"{one}/messages", {"text": "Make it green", "model": "demo/reading-list"}, Idempotency_Key="k")
    assert said.status_code == 202, said.content
    job = Job.objects.get()
    assert (job.session, job.model) == (session, "demo/reading-list")
    assert said.headers["Location"] == f"/api/v2/jobs/{job.pk}"
    assert said.json() == asks.get(f"/jobs/{job.pk}").json()
    asks.post(f"{one}/messages", {"text": "Make it green", "model": "demo/reading-list"}, Idempotency_Key="k")
    assert Message.objects.count() == 1
    asks.post(f"{one}/messages", {"text": "Then blue"})
    told = asks.get(f"{one}/messages").json()["items"]
    assert [(each["text"], each["role"], each["author"]) for each in told] == [
        ("Make it green", "user", "Editor"), ("Then blue", "user", "Editor"),
    ]  # fmt: skip
    assert told[0]["job"] == str(job.pk)
    listed = asks.get(f"{one}/jobs").json()["items"]
    assert [(each["title"], each["waits"]) for each in listed] == [
        ("Then blue", "1 job before yours."), ("Make it green", "Nobody works on the queue."),
    ]  # fmt: skip


def test_a_session_shows_only_what_is_its_own(people: People, program: Programs, root: str, session: Session) -> None:
    other = sessions.create(people.main, "Other", by=people.owner)
    sessions.say(other, "Elsewhere", by=people.owner)
    asks = program(people.viewer)
    for what in ("messages", "jobs", "checkpoints"):
        assert asks.get(f"{root}/{session.pk}/{what}").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "code"),
    [({"text": ""}, "invalid"), ({"text": " "}, "refused"), ({"text": "x", "model": "demo/nothing"}, "refused")],
)
def test_what_is_no_message_is_not_sent(
    people: People, program: Programs, session: Session, body: dict[str, str], code: str
) -> None:
    before, root = trace(people), f"/projects/{people.project.pk}/sessions"
    assert problem(program(people.editor).post(f"{root}/{session.pk}/messages", body))["code"] == code
    assert program(people.viewer).post(f"{root}/{session.pk}/messages", {"text": "x"}).status_code == 403
    assert trace(people) == before


def test_in_an_archived_session_nothing_is_said(people: People, program: Programs, root: str, session: Session) -> None:
    sessions.archive(session)
    before = trace(people)
    told = problem(program(people.editor).post(f"{root}/{session.pk}/messages", {"text": "x"}))
    assert (told["status"], told["code"]) == (409, "wrong_state")
    assert trace(people) == before


@pytest.mark.parametrize("what", ["", "/messages", "/jobs", "/checkpoints"])
def test_a_session_that_is_not_there_is_not_found(people: People, program: Programs, root: str, what: str) -> None:
    assert problem(program(people.owner).get(f"{root}/{NOBODYS}{what}"))["code"] == "not_found"


# --- checkpoints ---------------------------------------------------------------------------------


def test_a_checkpoint_is_made_in_it_and_brought_back(
    people: People, program: Programs, root: str, session: Session
) -> None:
    asks, one = program(people.editor), f"{root}/{session.pk}"
    files.save(people.main, "a.txt", b"1", by=people.owner)
    jobs.start(project=people.project, text="Green", by=people.owner, session=session)
    made = asks.post(f"{one}/checkpoint", {"label": "Works"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["label"], told["version"], told["session"]) == ("Works", 1, str(session.pk))
    assert told["message"] == str(Message.objects.get().pk)
    assert asks.get(f"{one}/checkpoints").json()["items"] == [told]
    assert asks.get(f"/projects/{people.project.pk}/checkpoints").json()["items"] == [told]
    files.save(people.main, "a.txt", b"2", by=people.owner)
    restored = asks.post(f"{one}/checkpoints/{told['id']}/restore", {"head": 2}).json()
    assert (restored["number"], restored["message"], restored["parents"]) == (3, "Restore version 1 (Works)", [2])


def test_what_cannot_be_labelled_or_brought_back_is_refused(
    people: People, program: Programs, root: str, session: Session
) -> None:
    asks, one = program(people.editor), f"{root}/{session.pk}"
    assert problem(asks.post(f"{one}/checkpoint", {"label": "Works"}))["code"] == "wrong_state"
    files.save(people.main, "a.txt", b"1", by=people.owner)
    kept = sessions.checkpoint(session, "Works", by=people.owner)
    back = f"{one}/checkpoints/{kept.pk}/restore"
    other = sessions.create(people.main, "Other", by=people.owner)
    before = trace(people)
    assert problem(asks.post(f"{one}/checkpoint", {"label": " "}))["code"] == "invalid"
    assert program(people.viewer).post(f"{one}/checkpoint", {"label": "Mine"}).status_code == 403
    assert problem(asks.post(back, {"head": 1}))["code"] == "wrong_state"
    assert problem(asks.post(back, {"head": 7}))["code"] == "stale"
    assert problem(asks.post(f"{root}/{other.pk}/checkpoints/{kept.pk}/restore", {"head": 1}))["code"] == "not_found"
    assert program(people.viewer).post(back, {"head": 1}).status_code == 403
    assert trace(people) == before
