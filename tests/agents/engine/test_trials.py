"""A model that gives nothing is asked again, then another one; what has begun to arrive is never joined."""

import time
from decimal import Decimal

import pytest

from agents.engine import trials
from agents.errors import NotPossible
from agents.models import Generation, Job
from agents.services import jobs
from projects.models import Project, User
from tests.agents.engine.replies import PAGE, asked, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import in_background, payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

DOWN, LIMITED = Script(status=503, error="Overloaded"), Script(status=429, error="Slow down")
REFUSED, BROKE, WRONG = (
    Script(status=401, error="Wrong key"),
    Script(status=402, error="No credit"),
    Script(status=400, error="Too long"),
)
PAGES = (says(blueprint()), says(written(*PAGE)))


def chained(project: Project, owner: User, models: str = "a, b", text: str = "A shelf for my books") -> Job:
    return wish(project, owner, text, model=models)


def rows() -> list[tuple[str, str]]:
    return list(Generation.objects.order_by("attempt", "created_at").values_list("request__model", "error_code"))


def told(project: Project) -> list[str]:
    """What is said about the models, in order."""
    texts = [payload["text"] for payload in payloads(project, "message_sent")]
    return [text for text in texts if text.endswith("goes on.")]


# --- the same model again ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (DOWN, "provider_down"),
        (LIMITED, "rate_limit"),
        (Script(status=408), "timeout"),
        (Script(cut_after=0), "provider_down"),
        (Script(end_after=0), "truncated"),
        (Script(pieces=()), "malformed_output"),
    ],
    ids=["503", "429", "408", "cut", "ended", "empty"],
)
def test_what_may_pass_is_asked_again_in_the_same_step(
    server: ModelServer, project: Project, owner: User, bad: Script, code: str
):
    server.will(bad, *PAGES)
    job = run(chained(project, owner, "a"))
    assert (job.state, job.attempts, tree(project)) == ("completed", 1, PAGE)
    assert rows() == [("a", code), ("a", ""), ("a", "")]
    assert told(project) == []


def test_it_is_asked_a_bounded_number_of_times(server: ModelServer, project: Project, owner: User):
    server.will(DOWN)
    job = run(chained(project, owner, "a"))
    assert (job.state, server.asked()) == ("queued", ["a"] * trials.TRIES["provider_down"])
    assert [row.outcome for row in job.attempt_rows.all()] == ["retried"]


def test_a_wait_the_provider_names_is_waited(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=429, headers={"Retry-After": "1"}), *PAGES)
    began = time.monotonic()
    assert run(chained(project, owner, "a")).state == "completed"
    assert time.monotonic() - began > 1


def test_a_long_wait_is_left_to_the_queue(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=429, headers={"Retry-After": "31"}))
    job = run(chained(project, owner, "a"))
    assert (job.state, server.asked()) == ("queued", ["a"])


def test_a_long_wait_is_not_waited_for_when_another_may_answer(server: ModelServer, project: Project, owner: User):
    server.will(*PAGES)
    server.will_as("a", Script(status=429, headers={"Retry-After": "3000"}))
    assert run(chained(project, owner)).state == "completed"
    assert server.asked() == ["a", "b", "a", "b"]


# --- the next model ------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [REFUSED, BROKE, WRONG], ids=["401", "402", "400"])
def test_what_the_same_model_would_say_again_goes_to_the_next_at_once(
    server: ModelServer, project: Project, owner: User, bad: Script
):
    server.will(*PAGES)
    server.will_as("a", bad)
    job = run(chained(project, owner))
    assert (job.state, job.attempts, tree(project)) == ("completed", 1, PAGE)
    assert server.asked() == ["a", "b", "a", "b"]


def test_the_next_answers_when_the_preferred_stays_down_and_people_are_told_once(
    server: ModelServer, project: Project, owner: User
):
    server.will(*PAGES)
    server.will_as("a", DOWN)
    assert run(chained(project, owner)).state == "completed"
    assert server.asked() == ["a", "a", "a", "b"] * 2
    assert told(project) == ["a did not answer; b goes on."]
    design = Generation.objects.filter(step__key="design").order_by("created_at")
    assert [(row.model, row.error_code) for row in design] == [("a", "provider_down")] * 3 + [("b", "")]


def test_the_preferred_is_asked_first_again_in_the_next_step(server: ModelServer, project: Project, owner: User):
    server.will(*PAGES)
    server.will_as("a", REFUSED, says(written(*PAGE)))
    assert run(chained(project, owner)).state == "completed"
    assert rows() == [("a", "auth"), ("b", ""), ("a", "")]


def test_all_of_the_chain_are_asked_and_what_may_pass_decides(server: ModelServer, project: Project, owner: User):
    server.will(REFUSED)
    server.will_as("b", Script(status=429, error="Later", headers={"Retry-After": "60"}))
    job = run(chained(project, owner, "a, b, c"))
    assert server.asked() == ["a", "b", "c"]
    assert job.state == "queued"
    assert payloads(project, "job_queued")[-1]["message"] == "Trying again in 60 s: Later"


def test_when_nothing_can_pass_the_preferred_models_reason_is_the_jobs(
    server: ModelServer, project: Project, owner: User
):
    server.will(REFUSED)
    server.will_as("b", BROKE)
    job = run(chained(project, owner))
    assert job.error is not None
    assert (job.state, job.error["code"], job.error["message"]) == ("failed", "auth", "Wrong key")


def test_a_reply_that_the_filter_ended_goes_to_nobody_else(server: ModelServer, project: Project, owner: User):
    server.will(says("No.", finish="content_filter"))
    job = run(chained(project, owner))
    assert (server.asked(), job.state) == (["a"], "failed")


def test_the_demo_stands_in_for_nobody_and_nobody_for_the_demo(server: ModelServer, project: Project, owner: User):
    server.will(*PAGES)
    for models in ("a, demo", "demo, a"):
        with pytest.raises(NotPossible, match="demo cannot stand in"):
            chained(project, owner, models)
    assert run(chained(project, owner, "demo", "Translate it into Klingon")).error is None
    assert server.asked() == []


# --- after text has arrived ----------------------------------------------------------------------


def test_a_reply_that_broke_off_is_not_joined_and_only_the_rest_is_asked_for(
    server: ModelServer, project: Project, owner: User
):
    lines = written(*PAGE).splitlines(keepends=True)
    server.will(says(blueprint()))
    server.will_as("a", says(blueprint()), Script(pieces=lines, cut_after=12))
    server.will_as("b", says(written("style.css", "app.js")))
    job = run(chained(project, owner))
    assert (job.state, server.asked()) == ("queued", ["a", "a"])
    assert (run(job).state, tree(project)) == ("completed", PAGE)
    assert server.asked() == ["a", "a", "b"]
    assert asked(server)[2] == "Write these files now: style.css, app.js"
    assert told(project) == ["The reply of a broke off; b goes on."]


def test_a_single_model_that_broke_off_is_asked_for_the_rest(server: ModelServer, project: Project, owner: User):
    lines = written(*PAGE).splitlines(keepends=True)
    server.will(says(blueprint()), Script(pieces=lines, cut_after=12), says(written("style.css", "app.js")))
    assert run(chained(project, owner, "a"), times=2).state == "completed"
    assert (server.asked(), told(project)) == (["a"] * 3, [])


# --- what is kept --------------------------------------------------------------------------------


def test_what_a_failed_try_has_cost_is_kept_and_charged(
    server: ModelServer, project: Project, owner: User, by_openrouter: None
):
    usage = {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10, "cost": 0.25}
    server.will(Script(pieces=(), usage=usage), says(blueprint(), usage=usage), says(written(*PAGE), usage=usage))
    job = run(chained(project, owner, "openrouter/a/b"))
    assert (job.state, job.spent) == ("completed", Decimal("0.75"))
    first = Generation.objects.order_by("created_at")[0]
    assert (first.error_code, first.cost, first.input_tokens) == ("malformed_output", Decimal("0.25"), 10)


def test_who_answered_is_kept_beside_who_was_asked(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint(), model="a-2026"), says(written(*PAGE), model="a-2026"))
    assert run(chained(project, owner, "a")).state == "completed"
    assert set(Generation.objects.values_list("request__model", "model")) == {("a", "a-2026")}


# --- a person comes first ------------------------------------------------------------------------


@pytest.mark.parametrize(("ask", "state"), [(jobs.stop, "cancelled"), (jobs.pause, "paused")], ids=["stop", "pause"])
def test_while_it_waits_a_job_does_what_is_asked_within_a_second(
    server: ModelServer, project: Project, owner: User, ask, state: str
):
    server.will(Script(status=429, headers={"Retry-After": "25"}))
    job = chained(project, owner, "a")
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(error_code="rate_limit").exists(), seconds=60, what="the refusal")
    ask(job, by=owner)
    began = time.monotonic()
    thread.join(timeout=20)
    # The promise is a second; machines that run tests are busy.
    assert time.monotonic() - began < 2.5
    job.refresh_from_db()
    assert (job.state, server.asked()) == (state, ["a"])
