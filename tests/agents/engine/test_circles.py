"""Whoever answers the same again, to no other end, is not asked a third time."""

import pytest

from agents.engine import replay
from agents.models import Job
from agents.services import jobs
from projects.models import Project, User
from projects.services import files
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = edit("index.html", "<h1>Nowhere</h1>", "<h1>Books</h1>")


@pytest.fixture
def styled(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "index.html", b"<h1>Shelf</h1>\n", by=owner)
    return project


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Project:
    server.will(says(blueprint()), says(written(*PAGE)))
    assert run(wish(project, owner)).state == "completed"
    return project


def message(job: Job) -> str:
    assert job.error is not None
    return str(job.error["message"])


# --- one step ------------------------------------------------------------------------------------


def test_the_same_edit_again_is_left_to_another_model(server: ModelServer, styled: Project, owner: User) -> None:
    server.will(says(WRONG))
    server.will_as("b", says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>")))
    job = run(wish(styled, owner, "Call it books", model="a, b"))
    assert (job.state, server.asked()) == ("completed", ["a", "a", "b"])
    assert replay.run(job).is_identical


def test_without_another_it_ends_with_a_sentence_and_is_not_tried_anew(
    server: ModelServer, styled: Project, owner: User
) -> None:
    server.will(says(WRONG))
    job = run(wish(styled, owner, "Call it books", model="a"))
    assert (job.state, job.attempts, len(server.seen)) == ("failed", 1, 2)
    assert message(job) == "The model gave the same answer again, and it does not fit the files as they are."


def test_the_same_unfit_plan_again_ends_it(server: ModelServer, project: Project, owner: User) -> None:
    server.will(says(blueprint(stack="cobol")))
    job = run(wish(project, owner))
    assert (job.state, len(server.seen)) == ("failed", 2)
    assert message(job) == "The model gave the same plan again, and it cannot be built."


def test_files_that_one_model_leaves_out_are_asked_of_another(
    server: ModelServer, project: Project, owner: User
) -> None:
    server.will(says(blueprint()), says(written("index.html")), says("Nothing more."))
    server.will_as("b", says(written("style.css", "app.js")))
    job = run(wish(project, owner, model="a, b"))
    assert (job.state, tree(project)) == ("completed", PAGE)
    assert server.asked() == ["a", "a", "a", "a", "b"]
    assert replay.run(job).is_identical


def test_a_reply_that_was_cut_off_may_come_again(server: ModelServer, project: Project, owner: User) -> None:
    cut = says("cat > style.css << 'X'\n", finish="length")
    server.will(says(blueprint()), says(written("index.html")), cut, cut, says(written("style.css", "app.js")))
    assert run(wish(project, owner)).state == "completed"


# --- repairs -------------------------------------------------------------------------------------

GONE = says("Gone.\n\nrm index.html\n")


def ask(project: Project, owner: User) -> Job:
    return run(jobs.start(project=project, text="Take the page away", by=owner, model="own-model"))


def test_a_repair_that_changes_nothing_is_asked_once_more_and_then_given_up(
    server: ModelServer, built: Project, owner: User
) -> None:
    server.will(GONE, says("It looks fine to me."), says("Really, it is fine."))
    job = ask(built, owner)
    assert (job.state, len(server.seen)) == ("failed", 3)
    assert asked(server)[-1].startswith("No file was changed by this")
    assert message(job).startswith("The last repair changed nothing, and the app fails as before")
    assert [step.key for step in job.steps.filter(state="failed")] == ["start", "start-2"]


def test_a_repair_that_thinks_again_mends_it(server: ModelServer, built: Project, owner: User) -> None:
    server.will(GONE, says("It looks fine to me."), says(written("index.html")))
    job = ask(built, owner)
    assert (job.state, tree(built)) == ("completed", PAGE)
    assert replay.run(job).is_identical


def test_repairs_that_undo_each_other_end_it(server: ModelServer, built: Project, owner: User) -> None:
    """What one writes the next takes away: the third would begin where the first did."""
    there = says("cat > start.html << 'X'\n<h1>Here</h1>\nX\n")
    back = says("rm start.html\n")
    server.will(GONE, there, back, Script(status=500))
    job = ask(built, owner)
    assert (job.state, len(server.seen)) == ("failed", 3)
    assert len(payloads(built, "repair_started")) == 2
