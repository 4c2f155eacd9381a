"""An app that does not run is mended within a bound, in sight, and whatever happens to the worker."""

import pytest

from agents.engine import replay
from agents.lifecycle import leases
from agents.models import Generation, Job
from agents.services import jobs
from projects.models import Project, User, Version
from tests.agents.engine.replies import PAGE, asked, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import in_background, payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

BROKEN = says("Gone.\n\nrm index.html\n")
USELESS = says("cat > style.css << 'X'\nh1 { color: red; }\nX\n")
MENDED = says(written("index.html"))


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Project:
    server.will(says(blueprint()), says(written(*PAGE)))
    assert run(wish(project, owner)).state == "completed"
    return project


def ask(project: Project, owner: User) -> Job:
    return jobs.start(project=project, text="Take the page away", by=owner, model="own-model")


def steps(job: Job) -> list[tuple[str, str]]:
    return list(job.steps.values_list("key", "state"))


def test_what_does_not_start_is_mended_and_tried_anew(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, MENDED)
    job = run(ask(built, owner))
    assert (job.state, job.error) == ("completed", None)
    assert tree(built) == PAGE
    assert steps(job) == [
        ("edit", "done"), ("install", "done"), ("start", "failed"),
        ("repair-1", "done"), ("install-2", "done"), ("start-2", "done"),
    ]  # fmt: skip
    phases = [told["phase"] for told in payloads(built, "phase_changed") if told["job"] == str(job.pk)]
    assert phases == ["implementing", "install", "start", "implementing", "install", "start", "complete"]


def test_the_model_and_everybody_are_told_what_failed(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, MENDED)
    job = run(ask(built, owner))
    assert "The app has no index.html." in asked(server)[-1]
    [told] = payloads(built, "repair_started")
    assert (told["job"], told["round"], told["code"]) == (str(job.pk), 1, "start_failed")
    assert "The app has no index.html." in told["text"]
    assert Generation.objects.filter(job=job, step__key="repair-1").get().role == "fixer"


def test_the_same_error_three_times_in_a_row_ends_it(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, USELESS)
    job = run(ask(built, owner))
    assert job.error is not None
    assert (job.state, job.phase, job.error["code"]) == ("failed", "failed", "start_failed")
    assert job.error["message"].startswith("The same error came 3 times in a row")
    assert [key for key, state in steps(job) if state == "failed"] == ["start", "start-2", "start-3"]
    assert len(payloads(built, "repair_started")) == 2
    assert Version.objects.filter(project=built).count() == 1


def test_asked_to_go_on_it_is_counted_anew(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, USELESS)
    job = run(ask(built, owner))
    jobs.retry(job, by=owner)
    server.will(USELESS, MENDED)
    job = run(job)
    assert job.state == "completed"
    assert [key for key, _ in steps(job) if key.startswith("repair")] == [f"repair-{n}" for n in (1, 2, 3)]
    assert tree(built)["index.html"] == PAGE["index.html"]


def test_a_model_that_refuses_ends_it_with_what_failed(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, Script(status=401, error="no such key"))
    job = run(ask(built, owner))
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "start_failed")
    assert "It could not be mended" in job.error["message"]


def test_a_busy_model_is_asked_again_later(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, Script(status=503, error="busy"), MENDED)
    job = run(ask(built, owner), times=2)
    assert job.state == "completed"
    assert [state for key, state in steps(job) if key == "repair-1"] == ["done"]


def test_a_worker_that_dies_while_it_mends_leaves_the_round_to_the_next(
    server: ModelServer, built: Project, owner: User
) -> None:
    server.will(BROKEN, Script(pieces=["Hm.\n"], hang_after=1), MENDED)
    job = ask(built, owner)
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(step__key="repair-1").exists(), seconds=30, what="the repair to begin")
    leases.release_all()
    assert run(job).state == "completed"
    thread.join(30)
    assert [key for key, _ in steps(job) if key.startswith("repair")] == ["repair-1"]
    assert len(payloads(built, "repair_started")) == 1


def test_a_stop_is_heeded_between_the_failure_and_the_repair(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, Script(pieces=["Hm.\n"], hang_after=1))
    job = ask(built, owner)
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(step__key="repair-1").exists(), seconds=30, what="the repair to begin")
    jobs.stop(job, by=owner)
    thread.join(30)
    job.refresh_from_db()
    assert (job.state, tree(built)) == ("cancelled", PAGE)


def test_its_replies_give_the_same_tree_again(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN, MENDED)
    outcome = replay.run(run(ask(built, owner)))
    assert (outcome.is_identical, outcome.replies) == (True, 2)


def test_the_demo_says_that_it_cannot(server: ModelServer, built: Project, owner: User) -> None:
    server.will(BROKEN)
    job = jobs.start(project=built, text="Take the page away", by=owner, model="own-model")
    thread = in_background(job)
    thread.join(60)
    jobs_model = Job.objects.filter(pk=job.pk)
    jobs.retry(jobs_model.get(), by=owner)
    jobs_model.update(model="demo/pomodoro")
    job = run(job)
    assert job.error is not None
    assert job.error["code"] == "start_failed"
    assert "no recording of repair" in job.error["message"]
