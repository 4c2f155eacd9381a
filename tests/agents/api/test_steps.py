"""What a job did, over the API: steps, tries, commands, and calls of models with what they cost."""

from dataclasses import asdict
from decimal import Decimal

import pytest

from agents.lifecycle import leases, moves
from agents.lifecycle.failures import Failure
from agents.llm.base import Given
from agents.models import Generation, Job, Step
from agents.services import chores, jobs
from projects.services import remotes
from sandboxes.enums import CommandKind
from sandboxes.runtime import commands
from sandboxes.services import sandboxes
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db
SAID = "every word of it"


@pytest.fixture
def job(people: People) -> Job:
    return jobs.start(project=people.project, text="A reading list", by=people.owner)


def step(job: Job, ordinal: int = 1) -> Step:
    return Step.objects.create(job=job, key=f"step {ordinal}", ordinal=ordinal, role="builder", title=f"Do {ordinal}")


def call(job: Job) -> Generation:
    return Generation.objects.create(
        job=job,
        step=step(job),
        state="settled",
        role="builder",
        provider="demo",
        model="demo/reading-list",
        attempt=1,
        prompt_hash="ab",
        request={"messages": [{"role": "user", "text": SAID}]},
        response=SAID,
        finish_reason="stop",
        input_tokens=5,
        cache_read_tokens=4,
        cache_write_tokens=3,
        output_tokens=2,
        reasoning_tokens=1,
        cost=Decimal("0.000123"),
        first_token_ms=7,
        duration_ms=9,
    )


def test_steps_are_in_order_without_their_inside(people: People, program: Programs, job: Job) -> None:
    for ordinal in (2, 1):
        step(job, ordinal)
    told = program(people.viewer).get(f"/jobs/{job.pk}/steps").json()["items"]
    assert [(each["key"], each["title"], each["state"]) for each in told] == [
        ("step 1", "Do 1", "running"), ("step 2", "Do 2", "running"),
    ]  # fmt: skip
    assert told[0].keys() == {"key", "ordinal", "role", "title", "state", "started_at", "finished_at"}


def test_tries_say_how_they_ended_and_not_on_which_host(people: People, program: Programs, job: Job) -> None:
    lease = leases.claim(job.pk, worker="a-host:7:8")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, Failure("provider_down"))
    answer = program(people.viewer).get(f"/jobs/{job.pk}/attempts")
    (told,) = answer.json()["items"]
    assert (told["number"], told["outcome"]) == (1, "failed")
    assert told["error"].startswith("The model provider could not be reached")
    assert "a-host" not in answer.content.decode()


def test_calls_tell_what_they_cost_and_nothing_that_was_said(people: People, program: Programs, job: Job) -> None:
    made = call(job)
    answer = program(people.viewer).get(f"/jobs/{job.pk}/generations")
    (told,) = answer.json()["items"]
    assert SAID not in answer.content.decode()
    del told["created_at"]
    assert told == {
        "id": str(made.pk), "step": "step 1", "state": "settled", "role": "builder", "provider": "demo",
        "model": "demo/reading-list", "attempt": 1, "prompt_hash": "ab", "finish_reason": "stop", "error_code": "",
        "input_tokens": 5, "cache_read_tokens": 4, "cache_write_tokens": 3, "output_tokens": 2, "reasoning_tokens": 1,
        "cost": "0.000123", "first_token_ms": 7, "duration_ms": 9,
    }  # fmt: skip


def test_what_was_said_is_for_those_who_may_edit(people: People, program: Programs, job: Job) -> None:
    path = f"/jobs/{job.pk}/generations/{call(job).pk}"
    told = program(people.editor).get(path).json()
    assert (told["request"]["messages"][0]["text"], told["response"], told["step"]) == (SAID, SAID, "step 1")
    refused = program(people.viewer).get(path)
    assert problem(refused)["code"] == "forbidden"
    assert SAID not in refused.content.decode()
    assert program(people.stranger).get(path).status_code == 404


def test_a_call_of_another_job_is_not_found(people: People, program: Programs, job: Job) -> None:
    made = call(job)
    other = jobs.start(project=people.project, text="Another", by=people.owner)
    assert problem(program(people.owner).get(f"/jobs/{other.pk}/generations/{made.pk}"))["code"] == "not_found"


def test_the_log_has_the_commands_in_order_by_pages(people: People, program: Programs, job: Job) -> None:
    sandbox = sandboxes.for_branch(people.main)
    for number in range(3):
        ran = commands.begin(sandbox, ["true"], kind=CommandKind.INSTALL, title=f"Run {number}", job_ref=job.pk)
        if number < 2:
            commands.finish(ran, exit_code=number, tail=f"said {number}")
    commands.begin(sandbox, ["true"], kind=CommandKind.INSTALL, title="Somebody else's", job_ref=None)
    asks = program(people.viewer)
    page = asks.get(f"/jobs/{job.pk}/log?limit=2").json()
    assert [(each["title"], each["state"], each["exit_code"], each["output"]) for each in page["items"]] == [
        ("Run 0", "finished", 0, "said 0"), ("Run 1", "finished", 1, "said 1"),
    ]  # fmt: skip
    rest = asks.get(f"/jobs/{job.pk}/log?after={page['next']}").json()
    assert [(each["title"], each["state"], each["finished_at"]) for each in rest["items"]] == [
        ("Run 2", "running", None)
    ]
    assert rest["next"] is None


def test_a_push_shows_what_it_noted(people: People, program: Programs) -> None:
    remote = remotes.add(people.project, name="origin", url="https://git.example.com/a/b.git", by=people.owner)
    push = chores.push(remote, by=people.owner)
    lease = leases.claim(push.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.note(held, "main: 3 versions", "done")
    (told,) = program(people.viewer).get(f"/jobs/{push.pk}/log").json()["items"]
    assert (told["kind"], told["title"], told["state"]) == ("push", "Push to origin", "running")
    assert told["output"] == "main: 3 versions\ndone"


def test_a_call_says_what_it_was_given_of_the_project(people: People, program: Programs, job: Job) -> None:
    made = call(job)
    path = f"/jobs/{job.pk}/generations/{made.pk}"
    assert program(people.editor).get(path).json()["given"] is None
    given = asdict(Given(room=9, tokens=8, whole=("a.js",), outlined=("b.js",), left_out=("c.js",), condensed=2))
    Generation.objects.update(request={**made.request, "given": given})
    assert program(people.editor).get(path).json()["given"] == {
        "room": 9, "tokens": 8, "whole": ["a.js"], "outlined": ["b.js"], "left_out": ["c.js"],
        "messages": 0, "condensed": 2, "unsaid": 0,
    }  # fmt: skip


@pytest.mark.parametrize("what", ["steps", "attempts", "generations", "log"])
def test_nobody_sees_what_a_hidden_job_did(people: People, program: Programs, job: Job, what: str) -> None:
    assert problem(program(people.stranger).get(f"/jobs/{job.pk}/{what}"))["code"] == "not_found"
