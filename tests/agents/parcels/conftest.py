"""A job that has ended, and its parcel."""

from collections.abc import Iterator

import pytest

from agents.models import Job
from agents.services import jobs, parcels
from projects.models import Project, User
from tests.agents.engine.whole import build_without_a_box
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer


@pytest.fixture
def built(project: Project, owner: User) -> Job:
    return build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))


@pytest.fixture(scope="session")
def kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def parcel(request: pytest.FixtureRequest, kept: dict[str, bytes]) -> bytes:
    """Made once: it is the same file to everybody."""
    if "parcel" not in kept:
        kept["parcel"] = b"".join(parcels.export(request.getfixturevalue("built")).pieces)
    return kept["parcel"]


@pytest.fixture(scope="session")
def shared_server() -> Iterator[ModelServer]:
    with model_server.running() as server:
        yield server


@pytest.fixture
def server(shared_server: ModelServer, settings) -> ModelServer:
    settings.DJINN_API_BASE, settings.DJINN_API_KEY = shared_server.url, "sk-test-0123456789"
    return shared_server
