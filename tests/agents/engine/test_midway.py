"""A replay from a step on: what came before is what was recorded, whatever it would be today."""

import pytest

from agents.engine import replay
from agents.errors import NotPossible
from agents.models import Generation, Job, Step
from projects.models import Project, User
from tests.agents.engine.replies import blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import build_without_a_box, wish
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

AGAIN = "cat > index.html << 'X'\n<title>Again</title>\nX\n"


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Job:
    """Three phases; the last one writes a file of the first again, and takes one away."""
    plan = blueprint(("index.html",), ("style.css",), ("app.js",))
    last = written("app.js") + AGAIN
    server.will(says(plan), says(written("index.html")), says(written("style.css")), says(last))
    return build_without_a_box(wish(project, owner))


def spoil(step: str, text: str = "") -> None:
    Generation.objects.filter(step__key=step).update(response=text)


@pytest.mark.parametrize("step", ["design", "implement-1", "implement-2", "implement-3"])
def test_from_each_step_it_gives_the_same_tree(built: Job, step: str):
    outcome = replay.run(built, from_step=step)
    assert (outcome.is_identical, outcome.from_step) == (True, step)
    assert outcome.replies == {"design": 4, "implement-1": 3, "implement-2": 2, "implement-3": 1}[step]
    assert outcome.characters == sum(
        len(call.response) for call in Generation.objects.filter(step__ordinal__gte=Step.objects.get(key=step).ordinal)
    )


def test_what_came_before_is_as_it_was_recorded(built: Job):
    spoil("design", "Another plan.")
    spoil("implement-2")
    assert not replay.run(built).is_identical
    assert not replay.run(built, from_step="implement-2").is_identical
    assert replay.run(built, from_step="implement-3").is_identical


def test_what_is_read_today_and_nobody_recorded_is_none_of_it(built: Job):
    spoil("implement-2", written("style.css") + "cat > more.txt << 'X'\nmore\nX\n")
    assert not replay.run(built).is_identical
    assert replay.run(built, from_step="implement-3").is_identical


def test_what_comes_from_there_on_counts(built: Job):
    spoil("implement-3", written("app.js"))
    outcome = replay.run(built, from_step="implement-3")
    assert [one.path for one in outcome.differences] == ["index.html"]


def test_what_is_read_today_and_was_not_staged_then_is_none_of_it(built: Job):
    spoil("implement-1", written("index.html", "style.css"))
    spoil("implement-2", "cat > style.css << 'X'\nh1 { color: teal; }\nX\n")
    assert replay.run(built, from_step="implement-3").is_identical


def test_of_a_change_there_is_one_step(server: ModelServer, built: Job, owner: User):
    server.will(says(edit("style.css", "  color: navy;", "  color: green;")))
    changed = build_without_a_box(wish(built.project, owner, "Green"))
    assert replay.run(changed, from_step="edit").is_identical


@pytest.mark.parametrize("step", ["implement-9", "x" * 200])
def test_a_step_that_is_none_names_those_that_are(built: Job, step: str):
    with pytest.raises(NotPossible, match=r"It has design, implement-1, implement-2, implement-3\."):
        replay.run(built, from_step=step)


def test_after_the_last_reply_there_is_nothing_to_read(built: Job):
    Step.objects.create(job=built, key="install", ordinal=9, role="builder", title="Install")
    with pytest.raises(NotPossible, match="No model was asked in “install” or after it"):
        replay.run(built, from_step="install")


def test_what_was_deleted_since_is_not_there_before(server: ModelServer, project: Project, owner: User):
    job = wish(project, owner)
    server.will(
        says(blueprint(("index.html",), ("app.js",))),
        says(written("index.html", "style.css")),
        says(written("app.js") + "\nrm style.css\n"),
    )
    build_without_a_box(job)
    for step in ("implement-1", "implement-2"):
        outcome = replay.run(job, from_step=step)
        assert (outcome.is_identical, sorted(outcome.scratch.manifest())) == (True, ["app.js", "index.html"])
