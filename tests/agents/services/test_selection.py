"""Names of models that are refused before anything is written, and those that are believed."""

import pytest

from agents import credentials
from agents.errors import NotPossible
from agents.models import Job
from agents.services import jobs, selection
from projects.models import Project, User

BELIEVED = [
    "demo",
    "demo/kanban",
    "openrouter/a/b",
    "openai/gpt",
    "ollama/llama3",
    "own-model",
    "azure/x",
    "",
    "openrouter/a, groq/b",
]
REFUSED = {
    "nobody/knows": "There is no model provider called “nobody”.",
    "OpenRouter/x": "There is no model provider called “OpenRouter”.",
    "openruoter/x": "There is no model provider called “openruoter”.",
    "/x": "There is no model provider called “”.",
    "demo/nothing": "There is no recording called “nothing”.",
    "demo/../../etc": "There is no recording called",
    "m" * 121: "at most 120 characters",
    "openrouter/a, nobody/knows": "There is no model provider called “nobody”.",
    "openrouter/a,": "The name of a model is missing beside a comma.",
    "openrouter/a, demo": "The demo cannot stand in for a model, nor a model for the demo.",
    "gpt 4": "“gpt 4” is not the name of a model: it holds a space.",
}


@pytest.mark.parametrize("name", BELIEVED)
def test_a_name_that_may_be_one_is_believed(name: str) -> None:
    selection.check(name)


@pytest.mark.parametrize(("name", "says"), REFUSED.items())
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(
    project: Project, owner: User, name: str, says: str
) -> None:
    with pytest.raises(NotPossible, match=says):
        jobs.start(project=project, text="x", by=owner, model=name)
    assert Job.objects.count() == 0


def test_a_step_that_could_not_be_made_is_refused_with_the_job(settings, project: Project, owner: User) -> None:
    settings.DJINN_MODEL, settings.MODEL_OF_STEP = "openrouter/a", {"design": "", "edit": "nobody/knows"}
    with pytest.raises(NotPossible, match="There is no model provider called “nobody”."):
        jobs.start(project=project, text="x", by=owner)
    assert jobs.start(project=project, text="x", by=owner, model="groq/b").model == "groq/b"


def test_with_a_server_of_ones_own_every_name_is_its_business(settings) -> None:
    settings.DJINN_API_BASE = "http://127.0.0.1:1/v1"
    selection.check("nobody/knows")
    assert credentials.missing_key("openrouter/x") == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("openrouter/x", "There is no key for openrouter: set OPENROUTER_API_KEY, or DJINN_API_KEY."),
        ("gemini/x", "There is no key for gemini: set GEMINI_API_KEY, or DJINN_API_KEY."),
        ("bedrock/x", ""),
        ("ollama/x", ""),
        ("demo", ""),
    ],
)
def test_a_missing_key_is_said_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    for names in credentials.KEYS.values():
        for variable in names:
            monkeypatch.delenv(variable, raising=False)
    assert credentials.missing_key(name) == says


def test_a_key_is_one_wherever_it_stands(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    assert credentials.missing_key("gemini/x") == ""
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    settings.DJINN_MODEL, settings.DJINN_API_KEY = "openrouter/x", "k"
    assert credentials.missing_key("openrouter/y") == ""
    assert credentials.missing_key("groq/y") != ""  # one provider's key is nobody else's


@pytest.mark.django_db
def test_offered_are_those_of_the_settings_then_those_that_worked_here(settings, job: Job, project: Project):
    settings.DJINN_MODEL, settings.MODEL_OF_STEP = "openrouter/a, openrouter/b", {"edit": "openrouter/c", "design": ""}
    Job.objects.filter(pk=job.pk).update(model="openrouter/d, openrouter/a")
    assert selection.offered(project) == [f"openrouter/{name}" for name in "abcd"]
