"""A job that this test works on, as a worker would."""

from collections.abc import Iterator

import pytest

from agents.engine import sinks, trials
from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.models import Job, Step
from projects.enums import AuthorKind
from projects.models import User
from projects.services import changesets
from tests.agents.engine.whole import work_on
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer


def put(job: Job, by: User, **texts: str) -> None:
    """Give the project a first version with these files; `__` stands for a dot."""
    changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.USER, by=by)
    for name, text in texts.items():
        changesets.stage(changeset, name.replace("__", "."), text.encode())
    changesets.apply(changeset, by=by, message="By hand")


@pytest.fixture
def context(job: Job) -> Context:
    return work_on(job)


@pytest.fixture
def step(context: Context) -> Step:
    return Step.objects.create(job=context.job, key="implement-1", ordinal=1, role="builder", title="One")


@pytest.fixture
def writer(context: Context, step: Step) -> Writer[JobSink]:
    return Writer(sinks.of_step(context, step))


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause between two tries is as long as a test can bear."""
    monkeypatch.setattr(trials, "FIRST_PAUSE", 0.01)


@pytest.fixture(scope="session")
def shared_server() -> Iterator[ModelServer]:
    with model_server.running() as server:
        yield server


@pytest.fixture
def server(shared_server: ModelServer, settings) -> ModelServer:
    """A model of one's own, at DJINN_API_BASE."""
    settings.DJINN_API_BASE = shared_server.url
    settings.DJINN_API_KEY = "sk-test-0123456789"
    return shared_server


@pytest.fixture
def by_openrouter(server: ModelServer, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_API_BASE = ""
    monkeypatch.setenv("OPENROUTER_API_BASE", server.url)
    monkeypatch.setenv("OPENROUTER_API_KEY", "openrouter-secret-key")
