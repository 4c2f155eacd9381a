"""Who is asked for a step, and in which words."""

from dataclasses import replace

import pytest

from agents.engine import asking
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.errors import ModelFailure
from agents.models import Step
from projects.models import Project, User
from tests.agents.engine.replies import PAGE, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import run, wish, work_on
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

DOWN, REFUSED = Script(status=503, error="Overloaded"), Script(status=401, error="Wrong key")
PAGES = (says(blueprint()), says(written(*PAGE)))


def test_each_kind_of_step_may_have_a_model_of_its_own(server: ModelServer, project: Project, owner: User, settings):
    settings.DJINN_MODEL = "usual"
    settings.MODEL_OF_STEP = {"design": "planner", "implement": "writer, usual", "edit": ""}
    server.will(*PAGES, says(edit("style.css", "  color: navy;", "  color: green;")))
    server.will_as("writer", REFUSED)
    assert run(wish(project, owner, model="")).state == "completed"
    assert run(wish(project, owner, "Make it green", model="")).state == "completed"
    assert server.asked() == ["planner", "writer", "usual", "usual"]


def test_a_model_chosen_for_the_job_answers_every_step(server: ModelServer, project: Project, owner: User, settings):
    settings.DJINN_MODEL = "usual, other"
    settings.MODEL_OF_STEP = {"design": "planner", "implement": "writer"}
    server.will(*PAGES, REFUSED)
    assert run(wish(project, owner, model="mine")).state == "completed"
    failed = run(wish(project, owner, "Make it green", model="mine"))
    assert (failed.state, server.asked()) == ("failed", ["mine"] * 3)


def test_a_job_goes_on_with_the_models_it_was_started_with(
    server: ModelServer, project: Project, owner: User, settings
):
    settings.DJINN_MODEL = "before"
    server.will(says(blueprint()), DOWN, DOWN, DOWN, says(written(*PAGE)))
    job = run(wish(project, owner, model=""))
    settings.DJINN_MODEL = "after"
    assert run(job).state == "completed"
    assert set(server.asked()) == {"before"}


def test_who_wants_another_model_for_one_call_gets_that_one_alone(server: ModelServer, project: Project, owner: User):
    server.will(REFUSED)
    context = work_on(wish(project, owner, model="a, b"))
    step = Step.objects.create(job=context.job, key="edit", ordinal=1, role="builder", title="Edit")
    request, prompt_hash = asking.request(context, step="edit", prompt="edit", values=_values())
    call = Call(context, step, replace(request, model="special"), prompt_hash)
    with pytest.raises(ModelFailure, match="Wrong key"):
        list(call.texts())
    assert (request.model, server.asked()) == ("a", ["special"])


def _values() -> dict[str, str]:
    return dict.fromkeys(("rules", "wish", "tree", "files", "earlier", "said"), "")


def test_the_same_question_has_the_same_words_whenever_it_is_asked(context: Context):
    """The beginning of a prompt is only kept by a provider when not a letter of it changes."""
    first, _ = asking.request(context, step="edit", prompt="edit", values=_values())
    second, _ = asking.request(context, step="edit", prompt="edit", values=_values())
    assert first == second


@pytest.mark.parametrize(("setting", "effort"), [("own", ""), ("low", "low"), ("high", "high")])
def test_the_effort_that_is_set_is_asked_for(context: Context, settings, setting: str, effort: str):
    settings.MODEL_EFFORT = setting
    assert asking.request(context, step="edit", prompt="edit", values=_values())[0].effort == effort


def test_what_a_provider_is_told_to_remember_is_the_same_in_every_phase(
    server: ModelServer, project: Project, owner: User, by_openrouter: None
):
    server.will(says(blueprint(("index.html", "style.css"), ("app.js",))), says(written("index.html", "style.css")),
                says(written("app.js")))  # fmt: skip
    assert run(wish(project, owner, model="openrouter/anthropic/claude-sonnet-4.5")).state == "completed"
    _, first, second = [seen.body["messages"][0]["content"] for seen in server.seen]
    assert first[0] == second[0]
    assert first[0]["cache_control"] == {"type": "ephemeral"}
    assert "A shelf for my books" in first[0]["text"]
    assert first[1] != second[1]
    assert "cache_control" not in first[1]
