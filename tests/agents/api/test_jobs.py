"""Jobs over the API: asked for, looked for, stopped, paused, resumed, retried, amended, deleted."""

from typing import Any

import pytest

from agents.lifecycle import failures, leases, moves
from agents.models import Job, Message, Session
from agents.services import jobs, sessions
from projects import feed
from projects.models import IdempotencyRecord
from projects.services import files
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db
NOBODYS = "00000000-0000-0000-0000-000000000000"


def start(people: People, text: str = "A reading list") -> Job:
    return jobs.start(project=people.project, text=text, by=people.owner)


def claimed(job: Job) -> leases.Lease:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    return lease


def fail(job: Job) -> None:
    with leases.hold(claimed(job)) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure("provider_down"))


def trace(people: People) -> Any:
    """All that a refused act would have left something in."""
    return (
        list(Job.objects.order_by("created_at").values()),
        Message.objects.count(),
        Session.objects.count(),
        feed.last_seq(people.project.pk),
    )


# --- asking for one ------------------------------------------------------------------------------


def test_a_job_is_asked_for_and_read(people: People, program: Programs) -> None:
    asks = program(people.editor)
    asked = asks.post("/jobs", {"project": str(people.project.pk), "text": "A reading list", "kind": "generate"})
    assert asked.status_code == 202, asked.content
    told = asked.json()
    job = Job.objects.get()
    assert asked.headers["Location"] == f"/api/v2/jobs/{job.pk}"
    assert told == asks.get(f"/jobs/{job.pk}").json()
    assert (told["id"], told["project"], told["branch"]) == (str(job.pk), str(people.project.pk), "main")
    assert (told["kind"], told["state"], told["phase"], told["title"]) == (
        "generate",
        "queued",
        "idle",
        job.input["text"],
    )
    assert (told["waits"], told["priority"], told["spent"], told["budget"]) == (
        "Nobody works on the queue.", 0, "0.000000", None,
    )  # fmt: skip
    assert (told["created_by"], told["error"], told["plan"]) == ("Editor", None, [])
    assert Message.objects.get().author == people.editor


def test_what_comes_next_is_an_edit_and_says_how_many_wait_before_it(people: People, program: Programs) -> None:
    start(people)
    asks, body = program(people.editor), {"project": str(people.project.pk), "text": "Make it green", "kind": "edit"}
    assert asks.post("/jobs", body).json()["waits"] == "1 job before yours."


def test_the_key_is_the_jobs_own_and_nobody_elses(people: People, program: Programs) -> None:
    body = {"project": str(people.project.pk), "text": "A reading list"}
    asks = program(people.editor)
    first = asks.post("/jobs", body, Idempotency_Key="k")
    again = asks.post("/jobs", body, Idempotency_Key="k")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json() == again.json()
    other = problem(asks.post("/jobs", body | {"text": "Another"}, Idempotency_Key="k"))
    assert other["code"] == "key_used"
    by_owner = program(people.owner).post("/jobs", body | {"text": "Another"}, Idempotency_Key="k")
    assert by_owner.json()["id"] != first.json()["id"]
    assert Job.objects.count() == 2
    # However long the first answer has been forgotten.
    IdempotencyRecord.objects.all().delete()
    assert asks.post("/jobs", body, Idempotency_Key="k").json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"text": ""}, 422, "refused"),
        ({"text": " \n "}, 422, "refused"),
        ({"text": "x" * 20_001}, 422, "invalid"),
        ({"model": "nobody-knows/it"}, 422, "refused"),
        ({"model": "demo/nothing"}, 422, "refused"),
        ({"kind": "push"}, 422, "invalid"),
        ({"kind": "edit"}, 409, "wrong_state"),
        ({"session": NOBODYS}, 404, "not_found"),
        ({"project": NOBODYS}, 404, "not_found"),
        ({"surprise": 1}, 422, "invalid"),
    ],
)
def test_what_does_not_fit_starts_nothing(
    people: People, program: Programs, change: dict[str, Any], status: int, code: str
) -> None:
    before = trace(people)
    answer = program(people.editor).post("/jobs", {"project": str(people.project.pk), "text": "A list"} | change)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)
    assert trace(people) == before


def test_what_was_built_is_not_built_anew(people: People, program: Programs) -> None:
    start(people)
    before = trace(people)
    body = {"project": str(people.project.pk), "text": "Again", "kind": "generate"}
    told = problem(program(people.editor).post("/jobs", body))
    assert (told["status"], "edit" in told["detail"]) == (409, True)
    assert trace(people) == before


def test_a_job_goes_into_the_session_that_is_named(people: People, program: Programs) -> None:
    session = sessions.create(people.main, "Colours", by=people.owner)
    sessions.create(people.main, "Newer", by=people.owner)
    body = {"project": str(people.project.pk), "text": "Green", "session": str(session.pk)}
    assert program(people.editor).post("/jobs", body).json()["session"] == str(session.pk)
    sessions.archive(session)
    before = trace(people)
    assert problem(program(people.editor).post("/jobs", body))["code"] == "wrong_state"
    assert trace(people) == before


def test_the_longest_text_in_escapes_is_taken(people: People, program: Programs) -> None:
    answer = program(people.editor).post("/jobs", {"project": str(people.project.pk), "text": "🌱" * 20_000})
    assert answer.status_code == 202, answer.content[:300]
    assert Job.objects.get().input["text"] == "🌱" * 20_000


# --- verbs ---------------------------------------------------------------------------------------


def test_a_job_is_paused_and_goes_on(people: People, program: Programs) -> None:
    asks, job = program(people.editor), start(people)
    paused = asks.post(f"/jobs/{job.pk}/pause").json()
    assert (paused["state"], paused["waiting_for"], paused["waits"]) == ("paused", "user", "Waits for you.")
    assert asks.post(f"/jobs/{job.pk}/resume").json()["state"] == "queued"


def test_one_that_runs_is_asked_to(people: People, program: Programs) -> None:
    asks, job = program(people.editor), start(people)
    claimed(job)
    assert [asks.post(f"/jobs/{job.pk}/{verb}").json()["intent"] for verb in ("pause", "cancel")] == ["pause", "cancel"]
    told = problem(asks.post(f"/jobs/{job.pk}/pause"))
    assert (told["status"], told["detail"]) == (409, "This job is being cancelled and cannot be paused.")


def test_a_failed_job_is_retried(people: People, program: Programs) -> None:
    asks, job = program(people.editor), start(people)
    fail(job)
    read = asks.get(f"/jobs/{job.pk}").json()
    assert (read["state"], read["error"]["code"], read["waits"]) == ("failed", "provider_down", "")
    assert asks.post(f"/jobs/{job.pk}/retry").json()["state"] == "queued"


@pytest.mark.parametrize(
    ("state", "verb", "says"),
    [
        ("queued", "resume", "queued, not paused"),
        ("queued", "retry", "queued, not failed"),
        ("paused", "pause", "paused and cannot be paused"),
        ("paused", "retry", "paused, not failed"),
        ("failed", "pause", "failed and cannot be paused"),
        ("failed", "cancel", "failed and cannot be cancelled"),
        ("failed", "resume", "failed, not paused"),
        ("cancelled", "cancel", "cancelled and cannot be cancelled"),
        ("cancelled", "retry", "cancelled, not failed"),
    ],
)
def test_what_is_not_possible_is_a_conflict(
    people: People, program: Programs, state: str, verb: str, says: str
) -> None:
    job = start(people)
    match state:
        case "paused":
            jobs.pause(job, by=people.owner)
        case "failed":
            fail(job)
        case "cancelled":
            jobs.stop(job, by=people.owner)
    before = trace(people)
    told = problem(program(people.editor).post(f"/jobs/{job.pk}/{verb}"))
    assert (told["status"], told["code"], says in told["detail"]) == (409, "wrong_state", True), told["detail"]
    assert trace(people) == before


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume", "retry"])
def test_whoever_may_only_look_does_nothing(people: People, program: Programs, verb: str) -> None:
    job = start(people)
    before = trace(people)
    assert program(people.viewer).post(f"/jobs/{job.pk}/{verb}").status_code == 403
    assert program(people.stranger).post(f"/jobs/{job.pk}/{verb}").status_code == 404
    assert program(people.editor, "read").post(f"/jobs/{job.pk}/{verb}").status_code == 403
    assert trace(people) == before


# --- amending and deleting -----------------------------------------------------------------------


def test_title_place_and_budget_are_changed(people: People, program: Programs) -> None:
    asks, job = program(people.editor), start(people)
    body = {"title": "The list", "priority": 7, "budget": "1.25"}
    told = asks.patch(f"/jobs/{job.pk}", body).json()
    assert (told["title"], told["priority"], told["budget"]) == ("The list", 7, "1.250000")
    told = asks.patch(f"/jobs/{job.pk}", {"budget": 2}).json()
    assert (told["title"], told["priority"], told["budget"]) == ("The list", 7, "2.000000")


@pytest.mark.parametrize(
    "body",
    [{"priority": 101}, {"priority": True}, {"budget": -1}, {"budget": "0.0000001"}, {"budget": "NaN"},
     {"title": "x" * 121}, {"state": "completed"}],
)  # fmt: skip
def test_what_does_not_fit_changes_nothing(people: People, program: Programs, body: dict[str, Any]) -> None:
    job = start(people)
    before = trace(people)
    assert problem(program(people.editor).patch(f"/jobs/{job.pk}", body))["code"] == "invalid"
    assert program(people.viewer).patch(f"/jobs/{job.pk}", {"title": "Mine"}).status_code == 403
    assert trace(people) == before


def test_a_settled_job_keeps_its_place(people: People, program: Programs) -> None:
    job = start(people)
    jobs.stop(job, by=people.owner)
    before = trace(people)
    assert problem(program(people.editor).patch(f"/jobs/{job.pk}", {"priority": 1}))["code"] == "wrong_state"
    assert trace(people) == before


def test_a_job_that_has_ended_is_deleted(people: People, program: Programs) -> None:
    asks, job = program(people.editor), start(people)
    before = trace(people)
    assert problem(asks.delete(f"/jobs/{job.pk}"))["code"] == "wrong_state"
    assert program(people.viewer).delete(f"/jobs/{job.pk}").status_code == 403
    assert trace(people) == before
    jobs.stop(job, by=people.owner)
    events = [event.pk for event in feed.since(people.project.pk, 0)]
    assert asks.delete(f"/jobs/{job.pk}").status_code == 204
    assert problem(asks.get(f"/jobs/{job.pk}"))["code"] == "not_found"
    assert [event.pk for event in feed.since(people.project.pk, 0)][: len(events)] == events
    assert Message.objects.count() == 1


@pytest.mark.parametrize("kind", ["repair", "review", "install", "start"])
def test_what_is_done_with_an_app_is_asked_for_by_its_name(people: People, program: Programs, kind: str) -> None:
    asks, body = program(people.editor), {"project": str(people.project.pk), "kind": kind}
    before = trace(people)
    assert problem(asks.post("/jobs", body))["status"] == 409
    assert trace(people) == before
    files.save(people.project.branches.get(), "index.html", b"<h1>Shelf</h1>", by=people.owner)
    told = asks.post("/jobs", body).json()
    assert (told["kind"], told["state"], told["phase"]) == (kind, "queued", "idle")
    assert told["text"] == told["title"] != ""


def test_nothing_else_is_asked_for_without_words(people: People, program: Programs) -> None:
    asks, before = program(people.editor), trace(people)
    assert problem(asks.post("/jobs", {"project": str(people.project.pk), "text": ""}))["status"] == 422
    assert trace(people) == before
